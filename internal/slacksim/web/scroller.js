// A scrolling list that keeps the reader's place. It moves to the end only when it was just
// opened, when the last message was in view and another came, or when the reader wrote it; and it
// stays at the end while the room around it changes, as when the thread opens beside it.

import { reconcile } from "./dom.js";

const atEnd = 40; // px from the end that still count as being there

// makeScroller returns {update, toEnd}. box scrolls, list is inside it, and onNewer(boolean) says
// whether there is something newer below that the reader has not been taken to.
export function makeScroller(box, list, onNewer = () => {}) {
  let width = 0;
  let height = 0;
  let fromEnd = 0;

  const remember = () => {
    width = box.clientWidth;
    height = box.clientHeight;
    fromEnd = box.scrollHeight - box.scrollTop - height;
    if (lastInView()) onNewer(false);
  };
  box.addEventListener("scroll", () => {
    // A scroll event that a change of size has caused says nothing about the reader: the observer
    // comes right after it and decides.
    if (box.clientWidth === width && box.clientHeight === height) remember();
  });
  new ResizeObserver(() => {
    if (fromEnd < atEnd) box.scrollTop = box.scrollHeight;
    remember();
  }).observe(box);

  function lastInView() {
    const last = list.lastElementChild;
    return !last || last.offsetTop < box.scrollTop + box.clientHeight;
  }

  // update shows items; own tells that the newest of them is the reader's.
  function update(items, own) {
    const before = list.lastElementChild?.dataset.ts;
    const wasInView = lastInView();
    reconcile(list, items);
    const after = list.lastElementChild?.dataset.ts;
    if (after === undefined || after === before) return;
    if (wasInView || own) toEnd();
    else if (!before || after > before) onNewer(true);
  }

  // toEnd goes to the end, but not past the beginning of the last message: an answer is read from
  // its top.
  function toEnd() {
    box.scrollTop = Math.min(box.scrollHeight, (list.lastElementChild?.offsetTop ?? 0) - 12);
    remember();
  }

  return { update, toEnd };
}
