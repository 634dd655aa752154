import type { TransmitContext, Transmitted } from '@pons/core'
import { Api } from 'telegram'
import { messageIdOf } from '../ids.ts'
import { boxOfPeer } from '../protocol/counted.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { refusalOf } from '../protocol/refusal-of.ts'
import { messageRequest, type Sending } from './message-request.ts'
import { randomIdOf } from './random-id.ts'
import type { TransmitParts } from './transmit-parts.ts'

/** Sends a message, under a random id that a repeat carries again; where it was sent before, it is found. */
export async function sendMessage(
  parts: TransmitParts,
  action: Sending,
  { peer, context }: { peer: PeerKey; context: TransmitContext },
): Promise<Transmitted> {
  const { host, sent, lookUp } = parts
  const randomId = randomIdOf(context.key)
  const request = await messageRequest(parts, action, { peer, randomId, signal: context.signal })
  const wanted = { peer, text: textOf(action), sinceMs: context.startedAtMs, signal: context.signal }
  sent.expect(randomId, boxOfPeer(peer))
  try {
    host.step('telegram:before-send')
    const answer = await parts.call(request, context.signal)
    host.step('telegram:sent')
    const id = idIn(answer, randomId) ?? (await lookUp.find(randomId, wanted))
    const disappearsAtMs = endIn(answer, id)
    return {
      isConfirmed: true,
      ...(id !== undefined && { remoteId: messageIdOf(peer, id, parts.login) }),
      ...(disappearsAtMs !== undefined && { disappearsAtMs }),
    }
  } catch (error) {
    if (refusalOf(error) !== 'RANDOM_ID_DUPLICATE') throw error
    const id = await lookUp.find(randomId, wanted)
    return { isConfirmed: true, ...(id !== undefined && { remoteId: messageIdOf(peer, id, parts.login) }) }
  } finally {
    sent.forget(randomId)
  }
}

function textOf(action: Sending): string {
  return action.kind === 'place' ? '' : action.text
}

function idIn(answer: Api.TypeUpdates, randomId: string): number | undefined {
  if (answer instanceof Api.UpdateShortSentMessage) return answer.id
  if (!(answer instanceof Api.Updates)) return undefined
  const named = answer.updates.find(
    (update) => update instanceof Api.UpdateMessageID && String(update.randomId) === randomId,
  )
  return named instanceof Api.UpdateMessageID ? named.id : undefined
}

/** Telegram gives what is sent the timer of the chat by itself. */
function endIn(answer: Api.TypeUpdates, id: number | undefined): number | undefined {
  const updates = answer instanceof Api.Updates ? answer.updates : []
  const messages = updates.flatMap((update) =>
    update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage ? [update.message] : [],
  )
  const sent = answer instanceof Api.UpdateShortSentMessage ? answer : messages.find((message) => message.id === id)
  if (sent === undefined || sent instanceof Api.MessageEmpty || sent.ttlPeriod === undefined) return undefined
  return (sent.date + sent.ttlPeriod) * 1000
}
