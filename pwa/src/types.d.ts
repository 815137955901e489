/** The shapes that the device stores and exchanges; `docs/protocol.md` explains them. */

export type { KindSpec, ListSpec, PageSpec, Shared } from "./shared";

/** A document as the server sends it; its fields beside key and version are its type's. */
export interface Doc {
  key: string;
  version: number;
  [field: string]: any;
}

export interface BlobRef {
  sha256: string;
  size: number;
  type: string;
  name: string;
}

export interface NewBlob extends BlobRef {
  bytes: ArrayBuffer;
}

export interface Entry {
  id: string;
  device: string;
  seq: number;
  prev: string;
  kind: string;
  v: number;
  actor: string;
  session: string;
  on: string;
  base: number | null;
  after: string | null;
  at: string;
  skew_ms: number;
  app: string;
  body: Record<string, any>;
  blobs: BlobRef[];
}

/** What a form asks to be recorded; the outbox adds the chain, the clock and the build. */
export interface Intent {
  id: string;
  kind: string;
  v: number;
  on: string;
  base: number | null;
  body: Record<string, any>;
  blobs: NewBlob[];
  actor: string;
  session: string;
}

export interface Effect {
  scope: string;
  version: number;
}

export interface Verdict {
  id: string;
  status: "applied" | "merged" | "conflict" | "rejected" | "parked";
  code: string | null;
  params: Record<string, any>;
  case: string | null;
  effects: Effect[];
}

/** An entry as it travels; `device` and `seq` for bytes that got damaged and don't tell them. */
export interface Wrapped {
  entry: string;
  sig: string | null;
  device?: string;
  seq?: number;
}

/** An entry on this device: waiting (no verdict), or answered and not yet seen in the feed. */
export interface OutboxRow {
  place: number;
  id: string;
  device: string;
  seq: number;
  kind: string;
  on: string;
  at: string;
  actor: string;
  bytes: string;
  /** By the device that recorded it; absent until it is signed. */
  sig?: string | null;
  attempts: number;
  tried_at: string | null;
  verdict: Verdict | null;
  /** It was sent again, and the replica shows it already from the first time. */
  is_shown?: boolean;
  settled_at?: string;
  /** Somebody has read what became of it. */
  is_read?: boolean;
  /** Who recorded what was rejected, until somebody has read that. */
  unread?: string;
  settled_at?: string;
}

export interface BlobRow extends BlobRef {
  bytes: ArrayBuffer;
  state: "waiting" | "sent" | "refused";
  offset: number;
  code: string | null;
  stored_at: string;
}

/** A document and the scopes that brought it, each with the version of its feed. */
export interface ReplicaRow {
  key: string;
  scopes: Cursors;
  version: number;
  body: Doc;
  terms: string[];
}

export interface Change {
  scope: string;
  version: number;
  key: string;
  type: string;
  body: Doc | null;
}

export type Cursors = Record<string, number>;

/** What lies in a scope: how many documents, and a digest of which versions (scope_sum.js). */
export interface ScopeSum {
  count: number;
  digest: string;
}

/** A scope that differed from the server's check: when, how often, and what this device had. */
export interface Divergence {
  at: string;
  times: number;
  had: ScopeSum;
  is_told: boolean;
  healed_at: string | null;
}

/** The private half cannot leave the browser; the public one as it is sent at enrolment. */
export interface DeviceKey {
  private: CryptoKey;
  public: string;
}

/** Pages that wait for `complete`. `fresh`: they replace all; `anew`: all of these scopes. */
export interface Staged {
  cursors: Cursors;
  fresh: boolean;
  anew: string[];
  changes: number;
}

/** How far the replica is. */
export interface Feed {
  epoch: string | null;
  cursors: Cursors;
  complete: boolean;
  person: string | null;
  staged: Staged | null;
  round: number;
}

export interface Me {
  login: string;
  name: string;
  sites: string[];
  seats: string[];
  roles: string[];
}

export interface Signin extends Me {
  session: string;
}

/** A private key under a PIN; `public` is the key as the server knows it, `signer` its name. */
export interface Vault {
  public: string;
  signer: string;
  salt: string;
  iv: string;
  wrapped: string;
  iterations: number;
}

/** Somebody with a PIN on this device: who the server said they are, and when it said so last. */
export interface PinHolder extends Signin, Vault {
  failures: number;
  seen_at: string;
  device: string;
}

export interface Chain {
  device: string;
  seq: number;
  hash: string;
  place: number;
}

export interface Outcome {
  status: string;
  code?: string | null;
  params?: Record<string, any>;
}

export interface DraftLike {
  get(key: string | null | undefined): Doc | null;
  edit(key: string): Doc;
  add(document: Doc): Doc;
}

export interface Twin {
  handler(entry: Entry, draft: DraftLike, now: string): Outcome;
  needs?(
    entry: Entry,
    get: (key: string | null | undefined) => Doc | null,
  ): Iterable<string | null | undefined>;
}

/** A connection that is opened when needed and opened again when it died. */
export interface Database {
  read<T>(stores: string[], work: (tx: any) => Promise<T>): Promise<T>;
  write<T>(
    stores: string[],
    work: (tx: any) => Promise<T>,
    options?: { strict?: boolean },
  ): Promise<T>;
  close(): Promise<void>;
}
