/**
 * WhatsApp's marks cannot be escaped. A word joiner (U+2060) after a mark, or before the sign that makes a line a quote or a
 * list, takes away what makes it one, and is not seen.
 */
export const joiner = '\u2060'
