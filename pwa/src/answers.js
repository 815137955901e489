/**
 * Responses that the worker makes itself: pages, redirects, and what is said without a network.
 */

/** The server's rules hold for pages made here too, whose only headers are these. */
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

const OFFLINE = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>随行 Traveler</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/assets/app.css">
<script type="module" src="/assets/page.js"></script></head>
<body><main id="main">
<h1>现在没有网络，此页面不在本设备上。</h1>
<p>本设备已记录的内容仍保存着，恢复网络后会自动发送。请靠近网络后重试；
如果本设备还没有登录或首次同步没有完成，需要先联网一次。</p>
<h1 lang="en">There is no network, and this page is not on this device.</h1>
<p lang="en">Whatever was recorded on this device is still kept and will be sent by itself. Try
again where there is a network. A device that nobody signed in on, or whose first sync did not
finish, needs the network once.</p>
<p><a href="/">今日 / Today</a></p>
</main></body></html>`;

const NOT_RECORDED = OFFLINE.replace(
  "<h1>现在没有网络，此页面不在本设备上。</h1>",
  "<h1>没有记录：请返回，联网后再提交一次。</h1>",
).replace(
  "There is no network, and this page is not on this device.",
  "This was NOT recorded: go back, and send it again where there is a network.",
);

/**
 * @param {string} html
 * @param {{status?: number, isPush?: boolean}} [options] isPush false: no address of its own
 */
export function page(html, { status = 200, isPush = true } = {}) {
  const headers = { ...HEADERS, ...(isPush ? {} : { "HX-Push-Url": "false" }) };
  return new Response(html, { status, headers });
}

/** @param {string} to a path of this app */
export function redirect(to) {
  return Response.redirect(new URL(to, globalThis.location.origin).href, 303);
}

/** What a person sees who asks for what only the server has, while it can't be reached. */
export function offline() {
  return page(OFFLINE, { status: 503, isPush: false });
}

/** What a person sees whose form could be taken neither here nor there. */
export function notRecorded() {
  return page(NOT_RECORDED, { status: 503, isPush: false });
}

/** @param {import("./types").BlobRow} blob */
export function image({ bytes, type }) {
  const isImage = /^image\/(png|jpeg|webp|gif)$/.test(type);
  const headers = {
    "Content-Type": isImage ? type : "application/octet-stream",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
  };
  return new Response(bytes, { headers });
}

/**
 * A label drawn on this device.
 * @param {Blob} blob
 * @param {string} name of the file when it is saved
 */
export function picture(blob, name) {
  const headers = {
    "Content-Type": blob.type,
    "Content-Disposition": `inline; filename="${name.replace(/[^\w.-]/g, "_")}"`,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
  };
  return new Response(blob, { headers });
}
