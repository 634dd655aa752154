import type { JsonObject } from '@pons/matrix'

/**
 * An answer of the bot as a notice: lines, list items that begin with `* `, and code between backticks; nothing else of
 * Markdown, so nothing that a person or a network wrote can turn into markup.
 */
export function renderReply(text: string): JsonObject {
  const html = text
    .split('\n')
    .map((line) => inline(line.startsWith('* ') ? `• ${line.slice(2)}` : line))
    .join('<br>')
  return { msgtype: 'm.notice', body: text, format: 'org.matrix.custom.html', formatted_body: html }
}

function inline(line: string): string {
  return escape(line).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
