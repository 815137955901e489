/** What server and device have in common, as data: the page table, texts, index and rights. */

export interface ListSpec {
  term: string | string[];
  /** A text that is looked for among the type that `term` names. */
  match?: string;
  nearest?: boolean;
  from?: string;
  where?: Record<string, string>;
  without?: Record<string, string>;
  sort?: string;
  /** What fits comes first, the rest in the other order. */
  ahead?: Record<string, string>;
  latest?: string;
  limit?: number;
}

export interface PageSpec {
  name: string;
  path: string;
  template: string;
  title: string;
  nav?: string | null;
  doc?: string | null;
  also?: Record<string, string>;
  lists?: Record<string, ListSpec>;
  scanned?: Record<string, string>;
  /** What labels of this name are of. */
  labelled?: Record<string, string>;
  /** What became of the label of a number, among the documents in `labels`. */
  said?: Record<string, string>;
  /** The same each time. */
  fixed?: Record<string, any>;
  query?: string[];
  roles?: string[] | null;
  public?: boolean;
  server_only?: boolean;
}

export interface KindSpec {
  roles: string[] | null;
  request: boolean;
  signs?: string[];
  v: number;
}

/** GET /assets/shared.json: what server and device have in common, as data. */
export interface Shared {
  build: string;
  pages: PageSpec[];
  locale: Record<string, any>;
  problems: Record<string, any>;
  index: Record<string, string[]>;
  kinds: Record<string, KindSpec>;
  areas: Record<string, string[]>;
  types: Record<string, string>;
  late_hours?: number;
  /** Where people and labels say that the plant is: scheme and host. */
  public_url: string;
}
