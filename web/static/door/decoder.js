// Reads codes out of pictures, in a thread of its own, for browsers that cannot by themselves.
"use strict";

const HOW = {
  formats: ["QRCode", "Code128"],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  maxNumberOfSymbols: 1,
};

let ready;

const begin = ({ reader, wasm }) => {
  importScripts(reader);
  // Its own idea of where its file lies is a host of somebody else's.
  ready = ZXingWASM.prepareZXingModule({
    overrides: { locateFile: () => wasm },
    fireImmediately: true,
  });
  return ready;
};

const read = async ({ pixels, width, height }) => {
  await ready;
  const picture = new ImageData(new Uint8ClampedArray(pixels), width, height);
  const found = await ZXingWASM.readBarcodes(picture, HOW);
  return found.find((one) => one.isValid)?.text ?? "";
};

self.addEventListener("message", async ({ data }) => {
  try {
    const text = data.reader ? (await begin(data), null) : await read(data);
    self.postMessage({ text });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});
