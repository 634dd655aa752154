import type { Said } from './said.ts'

/** Words of the bridge, in the place of what a message says. */
export function notice(text: string): Said {
  return { document: { kind: 'notice', blocks: [{ type: 'paragraph', children: [{ type: 'text', text }] }] } }
}
