import type { Content } from './incoming.ts'
import type { Socket } from './open-socket.ts'

export interface Relayed {
  readonly to: string
  readonly id: string
  readonly content: Content
  /** What tells servers and old clients that it is about another message. */
  readonly edit: string | undefined
}

export interface RelayParts {
  readonly beforeSend: () => void
  readonly sent: () => void
}

const answerMs = 30_000

/**
 * Sends a message and waits for the server's answer; returns the number of a refusal, or undefined where it was accepted.
 *
 * @throws as the library does for a lost connection where no answer comes
 */
export async function relay(
  socket: Socket,
  { to, id, content, edit }: Relayed,
  parts: RelayParts,
): Promise<string | undefined> {
  const answered = socket.waitForMessage<{ attrs: Record<string, string> }>(id, answerMs)
  // Looked at below; without this, a connection that ends before that would be an unhandled rejection.
  answered.catch(() => undefined)
  parts.beforeSend()
  const additionalAttributes = edit === undefined ? {} : { edit }
  await socket.relayMessage(to, content, { messageId: id, additionalAttributes })
  parts.sent()
  const answer = await answered
  if (answer === undefined) throw Object.assign(new Error('no answer'), { output: { statusCode: 408 } })
  return answer.attrs['error']
}
