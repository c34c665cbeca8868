// The camera: pictures in, texts of codes out. Nothing of a picture is kept or sent anywhere.
const FORMATS = ["qr_code", "code_128"];
const LONGEST = 800;
const BETWEEN = 90;

export class NoCamera extends Error {}

// What reads: the browser itself where it can, or else the decoder that comes with the page.
export const reader = async (files) => (await ofTheBrowser()) ?? (await ofOurs(files));

const ofTheBrowser = async () => {
  if (!("BarcodeDetector" in globalThis)) return null;
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    if (!known.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: FORMATS.filter((one) => known.includes(one)) });
    return {
      name: "browser",
      read: async (video) => (await detector.detect(video))[0]?.rawValue ?? "",
      close: () => {},
    };
  } catch {
    return null;
  }
};

const ofOurs = async ({ decoder, reader: script, wasm }) => {
  const worker = new Worker(decoder);
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const ask = (message, moved) =>
    new Promise((answer, refuse) => {
      worker.onmessage = ({ data }) =>
        "failed" in data ? refuse(new NoCamera(data.failed)) : answer(data.text);
      worker.onerror = () => refuse(new NoCamera("the decoder did not start"));
      worker.postMessage(message, moved);
    });
  await ask({ reader: script, wasm }, []);
  return {
    name: "ours",
    read: async (video) => {
      const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      brush.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = brush.getImageData(0, 0, canvas.width, canvas.height);
      return ask({ pixels: data.buffer, width, height }, [data.buffer]);
    },
    close: () => worker.terminate(),
  };
};

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Watches until `stop`; whatever is read is told, again and again while it is in sight.
export class Camera {
  #video;
  #files;
  #stream = null;
  #reader = null;
  #awake = null;
  #turn = 0;

  constructor(video, files) {
    this.#video = video;
    this.#files = files;
  }

  get on() {
    return this.#stream !== null;
  }

  get readerName() {
    return this.#reader?.name ?? "";
  }

  // Raises NoCamera where there is none, or nobody may.
  async start(onText) {
    if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera("insecure");
    const turn = ++this.#turn;
    const stream = await this.#opened();
    if (turn !== this.#turn) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.#stream = stream;
    stream.getVideoTracks()[0]?.addEventListener("ended", () => this.stop());
    this.#video.srcObject = stream;
    await this.#video.play();
    this.#reader ??= await reader(this.#files);
    // Whoever scans does not press: the screen shall stay on all the same.
    this.#awake = await navigator.wakeLock?.request("screen").catch(() => null);
    this.#watch(turn, onText);
  }

  async #opened() {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    try {
      return await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      throw new NoCamera(error.name === "NotAllowedError" ? "refused" : "missing");
    }
  }

  async #watch(turn, onText) {
    while (turn === this.#turn) {
      if (this.#video.readyState >= 2 && !document.hidden) {
        const text = await this.#reader.read(this.#video).catch(() => "");
        if (turn === this.#turn) onText(text);
      }
      await pause(BETWEEN);
    }
  }

  // A lamp, where the device has one that browsers may switch.
  get hasLamp() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  async lamp(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  stop() {
    this.#turn += 1;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
    this.#awake?.release().catch(() => {});
    this.#awake = null;
  }
}
