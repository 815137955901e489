/**
 * node push_service.mjs: a push service for Firefox on this machine. Its first line of output is
 * its port; Firefox comes to it by WebSocket as to Mozilla's own (messages hello, register,
 * unregister, notification), who has something to say by POST (RFC 8030). It reads nothing: what it
 * hands on is encrypted for the browser.
 */
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import WebSocket from "ws";

/** Channel to the browser that made it. */
const browsers = new Map();

const server = createServer(async (request, response) => {
  const channelID = request.url.split("/").pop();
  const browser = browsers.get(channelID);
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const data = Buffer.concat(pieces).toString("base64url");
  const headers = { encoding: request.headers["content-encoding"] };
  const message = { messageType: "notification", channelID, version: randomUUID(), data, headers };
  browser?.send(JSON.stringify(message));
  response.writeHead(browser ? 201 : 410).end();
});

const ANSWERS = {
  hello: ({ uaid }) => ({ status: 200, uaid: uaid || randomUUID().replaceAll("-", ""),
    use_webpush: true, broadcasts: {} }),
  register: ({ channelID }, browser) => {
    browsers.set(channelID, browser);
    const pushEndpoint = `http://127.0.0.1:${server.address().port}/wpush/v2/${channelID}`;
    return { status: 200, channelID, pushEndpoint };
  },
  unregister: ({ channelID }) => {
    browsers.delete(channelID);
    return { status: 200, channelID };
  },
};

new WebSocket.Server({ server }).on("connection", (browser) => {
  browser.on("message", (text) => {
    const asked = JSON.parse(text);
    const answer = ANSWERS[asked.messageType]?.(asked, browser);
    if (answer) browser.send(JSON.stringify({ messageType: asked.messageType, ...answer }));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
