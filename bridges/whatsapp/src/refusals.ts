import { BridgeError } from '@pons/core'
import { codeOf } from './protocol/disconnect.ts'

/** What WhatsApp's numbers mean, in words for the person who sent the message. */
const words: Readonly<Record<number, string>> = {
  401: 'you may not do that in this chat',
  403: 'only an administrator of the group may do that',
  404: 'WhatsApp does not know this chat any more',
  406: 'WhatsApp does not take that',
  409: 'it is that way already',
  419: 'the group is full',
  429: 'WhatsApp asks to slow down; try again later',
  463: 'WhatsApp has restricted this account: it may not begin new chats for now',
  479: 'WhatsApp did not understand the message',
}

/** The number by which the server refused a message (`ack` with an error); never tried again, which would make it worse. */
export function refusalOfAck(code: string): BridgeError {
  return new BridgeError(words[Number(code)] ?? `WhatsApp refuses: ${code}`, { isRetryable: code === '429' })
}

/** A refusal in words; other errors as they are. */
export function inWords(error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined || error instanceof BridgeError) return error
  return new BridgeError(words[code] ?? `WhatsApp refuses: ${code}`, {
    cause: error,
    isRetryable: code >= 500 || code === 429,
  })
}

/** The connection went away under a request: it is to be done again on the next one. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error)
  return code === 428 || code === 408 || code === 503
}
