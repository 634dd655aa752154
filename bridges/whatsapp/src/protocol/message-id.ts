import { createHash } from 'node:crypto'

/**
 * The id under which an action goes out, equal on every repeat: the server and everybody's devices take a second message
 * of the same id for the first. In the form of the ids that WhatsApp Web makes.
 */
export function messageIdFor(key: string): string {
  return `3EB0${createHash('sha256').update(key).digest('hex').slice(0, 18).toUpperCase()}`
}
