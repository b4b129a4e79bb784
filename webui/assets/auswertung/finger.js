// Two fingers move a diagram and draw it larger or smaller; one finger scrolls the page, as everywhere.

function between({ touches: [a, b] }, { left, top }) {
  return { x: (a.clientX + b.clientX) / 2 - left, y: (a.clientY + b.clientY) / 2 - top, apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) };
}

export function follow(leinwand, canvas) {
  let last = null;
  const place = (event) => (event.touches.length === 2 ? between(event, leinwand.getBoundingClientRect()) : null);
  const begin = (event) => {
    last = place(event);
    if (last) event.preventDefault();
  };
  const move = (event) => {
    const now = place(event);
    if (!now || !last) return;
    event.preventDefault();
    canvas.scroll({ dx: now.x - last.x, dy: now.y - last.y });
    if (now.apart && last.apart) canvas.zoom((canvas.zoom() * now.apart) / last.apart, { x: now.x, y: now.y });
    last = now;
  };
  // A browser that may scroll meanwhile would take the fingers for itself.
  leinwand.addEventListener("touchstart", begin, { passive: false });
  leinwand.addEventListener("touchmove", move, { passive: false });
  for (const name of ["touchend", "touchcancel"]) leinwand.addEventListener(name, (event) => { last = place(event); });
}
