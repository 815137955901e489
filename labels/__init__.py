"""Labels: what stands on a lot's label, how it is drawn, and how a scanned code is read back.

Knows its libraries and nothing else of Traveler: no database, no request, no document.

    labels.lot     LotLabel(lot_id=…, link=lot_link(…), …)   what one label says
    labels.raster  png(label, dpi=300)                       a bitmap for a label printer
    labels.page    pdf([label, …], page="A4", start=0)       sheets of eight, "label" for a roll
    labels.sheet   write(table, Path("lots.pdf"), …)         many labels from a CSV table
    labels.code    lot_link(…), read(text)                   what codes say and scans mean

One layout (`labels.lot`) makes marks (`labels.marks`) on a grid of whole printer dots; two
painters put the same marks on a bitmap and on paper. `labels.symbol` encodes, `labels.status`
draws the signs, `labels.text` and `labels.font` set the words, `labels.gs1` knows GS1. Every
failure is a `LabelError` with a code of `labels.error`.

Ours to promise: modules of whole dots, the quiet zones of the standards, black on white, and that
the codes were read back in the tests, also after blur and noise. Print grades (ISO/IEC 15415,
15416) need a verifier.
"""
