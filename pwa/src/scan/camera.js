/**
 * The camera as a scanner: frames to the decoder, reads to the caller.
 *
 * Here: asking for the camera, giving it back while the page is hidden, pacing the frames. Not
 * here: decoding (decoder.js, in a worker), what is shown or done (page.js).
 */
import { hasTorch, light, zoomedBy } from "./lens.js";
import { openReader } from "./reader.js";
import { repeats } from "./repeats.js";

/** @typedef {import('./reader.js').Reader} Reader */
/**
 * @typedef {'camera_refused' | 'camera_missing' | 'camera_insecure' | 'camera_lost'
 *   | 'decoder_missing'} CameraProblem
 */
/**
 * @typedef {object} CameraOptions
 * @property {(text: string, format: string) => void} onRead once per label shown (repeats.js)
 * @property {(code: CameraProblem) => void} onProblem
 * @property {(camera: {torch: boolean}) => void} [onReady] frames are coming, also after a resume
 * @property {string} [decoderUrl]
 */
/**
 * @typedef {object} Camera
 * @property {() => void} close
 * @property {(on: boolean) => Promise<boolean>} torch false: this camera has no lamp
 * @property {(level: number) => Promise<void>} zoom 1 for all the camera sees
 */

/** A camera gives 30 frames a second: every second one is read, 15 a second. */
const FRAME_GAP_MS = 60;

/** @type {MediaStreamConstraints} */
const BACK_CAMERA = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
};

/** @type {Record<string, CameraProblem>} by the name of what getUserMedia throws */
const PROBLEMS = {
  NotAllowedError: "camera_refused",
  SecurityError: "camera_refused",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
};

/**
 * @param {HTMLVideoElement} video
 * @param {CameraOptions} options
 * @returns {Camera}
 */
export function openCamera(video, { onRead, onProblem, onReady, decoderUrl }) {
  const reader = openReader(decoderUrl);
  const isRepeat = repeats(() => performance.now());
  /** @type {MediaStream | null} the stream in use; a watch ends when it is no longer its own */
  let stream = null;
  let attempt = 0;
  let level = 1;
  /** What the lens could not do is cut out of the picture. */
  let cut = 1;

  async function start() {
    const mine = ++attempt;
    if (!navigator.mediaDevices) return onProblem("camera_insecure");
    try {
      const given = await navigator.mediaDevices.getUserMedia(BACK_CAMERA);
      if (mine !== attempt) return release(given);
      stream = given;
      const [track] = given.getVideoTracks();
      if (!track) return lose(given);
      track.addEventListener("ended", () => lose(given));
      video.srcObject = given;
      await video.play();
      await zoom(level);
      onReady?.({ torch: hasTorch(track) });
      await watch(given);
    } catch (error) {
      if (mine === attempt) onProblem(PROBLEMS[nameOf(error)] ?? "camera_lost");
    }
  }

  /** @param {MediaStream} own */
  async function watch(own) {
    let lastAt = 0;
    while (stream === own) {
      const at = await nextFrame(video);
      if (at - lastAt < FRAME_GAP_MS) continue;
      lastAt = at;
      const frame = await grab(video, cut);
      if (!frame || stream !== own) continue;
      const reading = await reader.frame(frame).catch(() => undefined);
      if (stream !== own) return;
      if (!reading) return onProblem("decoder_missing");
      if (reading.text && !isRepeat(reading.text)) onRead(reading.text, reading.format ?? "");
    }
  }

  /** @param {MediaStream} own */
  function lose(own) {
    if (stream !== own) return;
    stop();
    onProblem("camera_lost");
  }

  /** @param {number} wanted */
  async function zoom(wanted) {
    level = wanted;
    const track = stream?.getVideoTracks()[0];
    cut = level / (track ? await zoomedBy(track, level) : 1);
    video.style.transform = cut > 1 ? `scale(${cut})` : "";
  }

  function stop() {
    attempt += 1;
    release(stream);
    stream = null;
    video.srcObject = null;
  }

  function followVisibility() {
    if (document.visibilityState === "hidden") stop();
    else if (!stream) start();
  }

  document.addEventListener("visibilitychange", followVisibility);
  followVisibility();

  return {
    close() {
      document.removeEventListener("visibilitychange", followVisibility);
      stop();
      reader.close();
    },
    zoom,
    async torch(on) {
      const track = stream?.getVideoTracks()[0];
      if (!track || !hasTorch(track)) return false;
      return light(track, on);
    },
  };
}

/** @param {MediaStream | null} stream */
function release(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** @param {unknown} error */
function nameOf(error) {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<number>} the time at which the next frame is there
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(resolve);
    else setTimeout(() => resolve(performance.now()), FRAME_GAP_MS);
  });
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} cut how many times closer
 * @returns {Promise<ImageBitmap | undefined>} undefined: no picture yet
 */
async function grab(video, cut) {
  const { videoWidth, videoHeight } = video;
  const [width, height] = [Math.round(videoWidth / cut), Math.round(videoHeight / cut)];
  const [left, top] = [(videoWidth - width) / 2, (videoHeight - height) / 2];
  return createImageBitmap(video, left, top, width, height).catch(() => undefined);
}
