// @ts-check
// Reads the code that a customer shows: by the browser's own detector where it has one, else by jsQR, shipped with us.

import { make, part } from "./dom.js";
import { sound } from "./sound.js";
import { words } from "./words.js";

/** @typedef {{isGood: boolean, text: string}} Said */
/** @typedef {(video: HTMLVideoElement) => Promise<string>} Read  Returns what a picture says, "" for nothing. */
/**
 * What no library of types knows: the browser's own detector, and jsQR.
 * @typedef {{detect: (video: HTMLVideoElement) => Promise<{rawValue: string}[]>}} Detector
 * @typedef {{new (options: {formats: string[]}): Detector, getSupportedFormats: () => Promise<string[]>}} DetectorKind
 * @typedef {(data: Uint8ClampedArray, width: number, height: number, options: object) => {data: string} | null} JsQR
 * @typedef {{BarcodeDetector?: DetectorKind, jsQR?: JsQR}} Readers
 */

const readers = /** @type {Readers} */ (/** @type {unknown} */ (window));
const EVERY_MS = 150;
const AGAIN_MS = 4000; // the same code held on is one code
const WIDEST = 640;
const CODE = /^CARILLON:([0-9A-Z]{8})$/i;

/**
 * @param {string} vendor
 * @returns {Promise<Read>}
 */
async function reader(vendor) {
  if (readers.BarcodeDetector && (await readers.BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new readers.BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue || "";
  }
  await load(vendor);
  const canvas = make("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("no canvas");
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
    return readers.jsQR?.(picture.data, picture.width, picture.height, { inversionAttempts: "dontInvert" })?.data || "";
  };
}

/**
 * @param {string} address
 * @returns {Promise<unknown>}
 */
function load(address) {
  if (readers.jsQR) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = make("script", { src: address });
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

/** The scanner of the page; `onCode(reference)` returns what to say. */
export class Scanner {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {string} vendor
   * @param {(reference: string) => Said} onCode
   */
  constructor(dialog, vendor, onCode) {
    this.dialog = dialog;
    this.vendor = vendor;
    this.onCode = onCode;
    this.video = part(dialog, "video", HTMLVideoElement);
    this.result = part(dialog, "#scan-result", HTMLElement);
    /** @type {MediaStream | null} */
    this.stream = null;
    dialog.addEventListener("close", () => this.#stop());
    part(dialog, "[data-close]", HTMLElement).addEventListener("click", () => dialog.close());
  }

  async open() {
    this.#say("", words.scan.hold);
    this.dialog.showModal();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.video.srcObject = this.stream;
      await this.video.play();
      const read = await reader(this.vendor);
      this.#look(read, { code: "", at: 0 });
    } catch {
      this.#say("is-bad", words.scan.no_camera);
    }
  }

  /**
   * @param {Read} read
   * @param {{code: string, at: number}} last
   * @returns {Promise<void>}
   */
  async #look(read, last) {
    if (!this.dialog.open) return;
    let code = "";
    try {
      code = this.video.videoWidth ? await read(this.video) : "";
    } catch {
      // One picture that cannot be read: the next one may.
    }
    if (code && (code !== last.code || Date.now() - last.at > AGAIN_MS)) this.#found(code);
    if (code) last = { code, at: Date.now() };
    setTimeout(() => this.#look(read, last), EVERY_MS);
  }

  /** @param {string} code */
  #found(code) {
    const reference = CODE.exec(code.trim())?.[1];
    const other = { isGood: false, text: words.scan.other };
    const { isGood, text } = reference ? this.onCode(reference.toUpperCase()) : other;
    sound(isGood ? "yes" : "no");
    this.#say(isGood ? "is-good" : "is-bad", text);
  }

  /**
   * @param {string} look
   * @param {string} text
   */
  #say(look, text) {
    this.result.className = `scan-result ${look}`.trim();
    this.result.textContent = text;
  }

  #stop() {
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }
}
