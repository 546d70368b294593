// The code at the door changes each half minute: a new picture is fetched, and shown when it has come.
const EVERY = 20_000;

function renew() {
  const shown = document.querySelector("img[data-door-code]");
  if (!shown) return;
  const next = new Image();
  next.addEventListener("load", () => {
    shown.src = next.src;
  });
  next.src = `${shown.src.split("?")[0]}?${Date.now()}`;
}

setInterval(renew, EVERY);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) renew();
});
