import type { EventEmitter } from 'node:events'
import type { WASocket } from '@whiskeysockets/baileys'

interface Stanza {
  readonly attrs: Record<string, string>
}

/**
 * What had waited for us the library deals with one after another; what comes while it does so it deals with at once, and that
 * overtakes what waits. So messages, and what happens to groups, all take their place in its queue, by saying that they had
 * waited. To be called before the first comes.
 */
export function keepStanzasInOrder({ ws }: Pick<WASocket, 'ws'>): void {
  const source = ws as unknown as EventEmitter
  const queue = ({ attrs }: Stanza): void => {
    attrs['offline'] ??= '0'
  }
  source.prependListener('CB:message', queue)
  source.prependListener('CB:notification', (stanza: Stanza) => {
    if (stanza.attrs['type'] === 'w:gp2') queue(stanza)
  })
}
