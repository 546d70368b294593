// Finding words in a paper: Vietnamese without marks finds Vietnamese with marks, "d" finds "đ" as well.

const LONGEST = 200;

/** The words of a search query, each once, without what is too short to be worth a highlight. */
export function words(query) {
  const found = query.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return [...new Set(found)].filter((word) => word.length > 1);
}

/** What to look for: the whole phrase first, then its words. */
export function highlightQuery(query) {
  const phrase = query.replace(/["“”]/g, "").trim().slice(0, LONGEST);
  return [phrase, ...words(phrase)].filter(Boolean);
}

/** A pattern for `query` in text whose marks are separate characters (NFD), marks ignored on both sides. */
function pattern(query) {
  const plain = query.normalize("NFD").replace(/\p{M}/gu, "").trim();
  return [...plain]
    .map((letter) => {
      if (/\s/.test(letter)) return "\\s+";
      if (/[dđ]/i.test(letter)) return "[dđ]";
      return `${letter.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}\\p{M}*`;
    })
    .join("")
    .replace(/(\\s\+)+/g, "\\s+");
}

/**
 * pdf.js' find controller (`PDFFindController`, whose `match` is made to be overridden) with our folding.
 * A text is found anywhere; of a list, words only as whole words.
 */
export function folding(PDFFindController) {
  return class extends PDFFindController {
    match(query, pageContent) {
      const whole = Array.isArray(query);
      const expression = whole
        ? query.map((part) => `${pattern(part)}(?![\\p{L}\\p{N}\\p{M}])`).join("|")
        : pattern(query);
      if (!expression) return [];
      const found = [...pageContent.matchAll(new RegExp(expression, "giu"))];
      // Looking back is done here, as the Safari of older tablets has no lookbehind in expressions.
      const begins = ({ index }) => !whole || index === 0 || !/[\p{L}\p{M}\p{N}]/u.test(pageContent[index - 1]);
      return found.filter(begins).map((match) => ({ index: match.index, length: match[0].length }));
    }
  };
}
