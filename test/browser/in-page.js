// What runs inside the page that is looked at: each of these is handed to the browser as it stands, and sees its
// `document` and nothing of this file.

/** Every drawing, once it has been fetched. */
export async function readImages() {
  await Promise.all([...document.images].map((image) => image.decode()));
  return [...document.images].map(({ currentSrc, naturalWidth, alt }) => ({
    name: currentSrc.split("/").at(-1),
    width: naturalWidth,
    alt,
  }));
}

export function openDetails() {
  for (const details of document.querySelectorAll("details")) details.open = true;
}

/** By how much the page is wider than the screen, and which parts of it are. What scrolls in a box may be. */
export function readOverflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  const parts = [...document.querySelectorAll("body *")]
    .filter((part) => !part.parentElement.closest(".scroll") && !part.closest(".unseen"))
    .filter((part) => part.getBoundingClientRect().right > clientWidth)
    .map((part) => part.outerHTML.slice(0, 80));
  return { page: scrollWidth - clientWidth, parts };
}

/** Names of the boxes that have to be scrolled sideways. */
export function readScrolling() {
  return [...document.querySelectorAll(".scroll")]
    .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
    .map((box) => box.getAttribute("aria-label"));
}

/** Every piece of visible text with its colour and that of what lies behind it, as #rrggbb. */
export function readTexts() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const toHex = (color) =>
    `#${channels(color)
      .slice(0, 3)
      .map((value) => value.toString(16).padStart(2, "0"))
      .join("")}`;
  const groundOf = (element) => {
    const color = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
    return channels(color)[3] === 0 ? groundOf(element.parentElement) : toHex(color);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    if (textContent.trim() === "" || !parentElement.checkVisibility()) continue;
    const color = toHex(getComputedStyle(parentElement).color);
    texts.push({ text: textContent.trim(), color, ground: groundOf(parentElement) });
  }
  return texts;
}

/** As if escaping had failed somewhere. */
export function insertMarkup(markup) {
  document.body.insertAdjacentHTML("beforeend", markup);
  const script = document.createElement("script");
  script.textContent = "document.title = 'taken'";
  document.body.append(script);
}

/** How much of it says nothing to those who hear the page. */
export function countSilent() {
  const count = (selector, isSilent) => [...document.querySelectorAll(selector)].filter(isSilent).length;
  return {
    tables: count("table", ({ caption }) => !caption?.textContent),
    headings: count("th", ({ scope }) => scope === ""),
    images: count("img", ({ alt }) => alt === ""),
    boxes: count(".scroll", (box) => !box.getAttribute("aria-label")),
  };
}
