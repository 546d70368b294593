// The seat map is the same for all who look: each page marks its own seat on it, anew after every push.
// <p data-own-spot="2-7"> names row and number; the seat is <li data-spot="2-7">.

function mark() {
  const own = document.querySelector("[data-own-spot]")?.dataset.ownSpot;
  for (const seat of document.querySelectorAll("[data-spot]")) seat.toggleAttribute("data-own", seat.dataset.spot === own);
}

mark();
document.addEventListener("ecabinet:blocks", mark);
