/**
 * Contact with the server: one request, its time limit, and what its answer means for the device.
 *
 * Only JSON from the server counts as an answer: a gateway's error page or a hotel's sign-in page
 * is no contact, and nothing may be concluded from it.
 */

/** No answer that anything can be concluded from; what was sent may or may not have arrived. */
export class Unreachable extends Error {}

/** The server answered, and it cannot go on: the code says why. */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {Record<string, any>} [params] */
  constructor(status, code, params = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.params = params;
  }
}

/**
 * @typedef {object} Call
 * @property {string} [method]
 * @property {Record<string, string>} [headers]
 * @property {any} [body]
 * @property {number} timeout_ms
 */

/**
 * @param {typeof fetch} fetcher
 * @param {(headers: Headers) => void} [hear] is given what came with each answer of the server
 */
export function createContact(fetcher, hear = () => undefined) {
  /**
   * @param {string} path
   * @param {Call} call
   * @returns {Promise<Response>} with any status. Throws Unreachable.
   */
  async function send(path, { method = "GET", headers = {}, body, timeout_ms }) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeout_ms);
    try {
      // A redirect would be a sign-in page of somebody else's network, or of ours.
      const init = {
        method,
        headers,
        body,
        signal: limit.signal,
        redirect: /** @type {const} */ ("error"),
      };
      const response = await fetcher(path, { ...init, cache: "no-store" });
      // The time limit holds for the body too.
      const content = method === "HEAD" ? null : await response.arrayBuffer();
      const { status, headers: given } = response;
      return new Response(status === 204 || status === 304 ? null : content, {
        status,
        headers: given,
      });
    } catch (error) {
      throw new Unreachable(String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {string} path
   * @param {unknown} question
   * @param {{token?: string | null, timeout_ms: number}} options
   * @returns {Promise<any>} what the server answered. Throws Unreachable, Refused.
   */
  async function ask(path, question, { token = null, timeout_ms }) {
    const body = JSON.stringify(question);
    const headers = { "Content-Type": "application/json", ...bearer(token) };
    const response = await send(path, { method: "POST", headers, body, timeout_ms });
    const answer = await jsonOf(response);
    if (response.ok) hear(response.headers);
    if (response.ok) return answer;
    if (response.status >= 500) throw new Unreachable(`${response.status} ${answer?.code ?? ""}`);
    throw new Refused(response.status, answer?.code ?? String(response.status), answer?.params);
  }

  /**
   * Ends the browser's session at the server; its answer is a page, whatever it says.
   * @param {number} timeout_ms
   */
  async function signOut(timeout_ms) {
    const limit = AbortSignal.timeout(timeout_ms);
    const init = { method: "POST", signal: limit, redirect: /** @type {const} */ ("manual") };
    await fetcher("/sign-out", init).catch((error) => {
      throw new Unreachable(String(error));
    });
  }

  return { send, ask, signOut };
}

/** @param {string | null} token @returns {Record<string, string>} */
export function bearer(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function jsonOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) throw new Unreachable(`${response.status} ${type}`);
  return response.json().catch((error) => {
    throw new Unreachable(String(error));
  });
}
