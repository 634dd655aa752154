import type { LoginId, RemoteMessage } from '@pons/core'
import type { Incoming } from '../protocol/incoming.ts'
import { messageEvent } from './message-event.ts'
import type { Naming } from './naming.ts'
import { saidIn } from './said-in.ts'
import { whereAndWho } from './where-and-who.ts'

/** A message of a history; undefined for what the live stream would show by other means than a message. */
export function historyEvent(naming: Naming, login: LoginId, message: Incoming): RemoteMessage | undefined {
  const where = whereAndWho(naming.people, message)
  const { content } = message
  if (where === undefined || content === undefined) return undefined
  if (content.protocolMessage || content.reactionMessage || content.pollUpdateMessage) return undefined
  const arrival = { ...where, login, message }
  const words = saidIn(naming, arrival)
  return words && messageEvent(naming.people, arrival, words)
}
