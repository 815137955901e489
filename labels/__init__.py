"""Labels: what stands on a label, how it is drawn and printed, and how a scanned code is read back.

Knows its libraries and nothing else of Traveler: no database, no request, no document.

    from labels import layout_file, printing
    from labels.content import label

    lot = label(layout_file.layout("lot"), {"lot_id": …}, base_url="https://traveler.example")
    printing.png(lot, dpi=300)      a bitmap; printing.svg(lot), printing.zpl([lot], dpi=203)
    printing.pdf([lot, …], page="A4", start=3)

A layout (`labels.layout`, read and checked by `labels.layout_file`) is a YAML file in millimetres;
a label (`labels.content`) fills its fields; `labels.draw` makes marks (`labels.marks`) on a grid of
whole printer dots; four painters (`labels.raster`, `labels.pdf`, `labels.zpl`, `labels.svg`) put
the same marks on a bitmap, on paper, into a printer and on a screen. `labels.batch` prints a table
of thousands. `labels.symbol` encodes, `labels.gs1` and `labels.code` read what a scanner returns.
Every failure is a `LabelError` with a code of `labels.error`. See docs/labels.md.

Ours to promise: modules of whole dots, the quiet zones of the standards, black on white, and that
the codes were read back in the tests, also after blur and noise. Print grades (ISO/IEC 15415,
15416) need a verifier.
"""
