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

/** The letters without marks, and the marks apart from their places: "hòa" and "hoà" are one word, "hoa" another. */
function spelling(words) {
  const letters = words.normalize("NFD").toLowerCase();
  const marks = [...letters].filter((letter) => /[\p{M}đ]/u.test(letter)).sort().join("");
  const plain = letters.replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/\s+/g, " ").trim();
  return { marks, whole: `${plain} ${marks}` };
}

/** Where `query` stands in `text` (NFD): anywhere, marks ignored. */
function anywhere(query, text) {
  const expression = pattern(query);
  return expression ? [...text.matchAll(new RegExp(expression, "giu"))] : [];
}

/**
 * Where the parts stand in `text` as whole words, without overlaps, an earlier part before a later one; with
 * their marks when any part was written with marks.
 */
function wholeWords(parts, text) {
  const asked = parts.map(spelling);
  const exact = asked.some((part) => part.marks);
  // Looking back is done here, as the Safari of older tablets has no lookbehind in expressions.
  const letter = (place) => /[\p{L}\p{M}\p{N}]/u.test(text[place] ?? "");
  const found = [];
  parts.forEach((part, index) => {
    for (const match of anywhere(part, text)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (letter(start - 1) || letter(end)) continue;
      if (exact && spelling(match[0]).whole !== asked[index].whole) continue;
      if (!found.some((other) => start < other.index + other[0].length && other.index < end)) found.push(match);
    }
  });
  return found.sort((one, other) => one.index - other.index);
}

/** pdf.js' find controller (`PDFFindController`, whose `match` is made to be overridden) with our folding. */
export function folding(PDFFindController) {
  return class extends PDFFindController {
    match(query, pageContent) {
      const found = Array.isArray(query) ? wholeWords(query, pageContent) : anywhere(query, pageContent);
      return found.map((match) => ({ index: match.index, length: match[0].length }));
    }
  };
}
