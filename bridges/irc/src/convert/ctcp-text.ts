const mark = '\x01'
const actionStart = `${mark}ACTION`

/** True for requests between programs, and for actions, which look like them. */
export function isCtcp(text: string): boolean {
  return text.startsWith(mark)
}

/** The words of a `/me`; undefined for anything else. Some clients leave the closing mark out. */
export function actionText(text: string): string | undefined {
  if (!text.startsWith(actionStart)) return undefined
  const rest = text.slice(actionStart.length)
  const words = rest.endsWith(mark) ? rest.slice(0, -1) : rest
  return words === '' || words.startsWith(' ') ? words.slice(1) : undefined
}

export function asAction(words: string): string {
  return `${actionStart} ${words}${mark}`
}

/** Bytes that an action needs beside its words. */
export const actionOverhead = asAction('').length
