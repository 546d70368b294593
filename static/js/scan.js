// Reading the codes on invitations: a scanner that types, or the camera where the browser knows how to read codes.
const form = document.querySelector("[data-scan]");
const field = form.querySelector("input[name=code]");
const video = document.querySelector("[data-scan-video]");
const AGAIN = 4000;
let sound = null;
let last = { code: "", at: 0 };

/** Two high notes for good, one for known already, a low one for bad. */
function play(outcome) {
  sound ??= new AudioContext();
  const notes = { good: [880, 1320], again: [880], bad: [220] }[outcome] ?? [];
  notes.forEach((frequency, index) => {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = frequency;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(sound.destination);
    tone.start(sound.currentTime + index * 0.14);
    tone.stop(sound.currentTime + index * 0.14 + (outcome === "bad" ? 0.45 : 0.12));
  });
}

document.body.addEventListener("htmx:afterSwap", () => {
  play(document.getElementById("scan-answer")?.dataset.outcome);
  field.value = "";
  if (video.hidden) field.focus();
});

function found(code) {
  const now = Date.now();
  if (code === last.code && now - last.at < AGAIN) return;
  last = { code, at: now };
  field.value = code;
  form.requestSubmit();
}

async function watch() {
  const fault = document.querySelector("[data-scan-fault]");
  try {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    await video.play();
    const look = async () => {
      const [code] = await detector.detect(video).catch(() => []);
      if (code) found(code.rawValue);
      if (video.srcObject) setTimeout(look, 200);
    };
    look();
  } catch {
    fault.hidden = false;
  }
}

const camera = document.querySelector("[data-scan-camera]");
if ("BarcodeDetector" in globalThis && navigator.mediaDevices) {
  camera.hidden = false;
  camera.addEventListener("click", watch, { once: true });
}
