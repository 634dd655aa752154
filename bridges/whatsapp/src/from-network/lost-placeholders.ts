import { spanInWords, type BridgeHost, type LoginId, type RemoteEvent, type Understood } from '@pons/core'
import type { AccountStore } from '../account-store.ts'
import { chatKeyOf, messageIdOf, userIdOf } from '../ids.ts'
import type { Placeholder, Placeholders } from '../placeholders.ts'

/** The sender's phone may be off for a while. */
const patienceMs = 86_400_000

export interface LostMessagesParts {
  readonly host: Pick<BridgeHost, 'now'>
  readonly login: LoginId
  readonly store: Pick<AccountStore, 'keyed'>
  readonly placeholders: Placeholders
}

/** Tells each chat, once and with the times, of messages that could not be read and did not come again for a day. */
export function lostMessages({ host, login, store, placeholders }: LostMessagesParts): Understood {
  const nowMs = host.now()
  const unsaid = placeholders.unsaid(nowMs - patienceMs)
  const events = [...Map.groupBy(unsaid, ({ chat }) => chat)].map(([chat, lost]): RemoteEvent => ({
    kind: 'notice',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(`edge:${lost[0]?.id}`),
    ...(lost[0]?.sender !== undefined && { idBy: userIdOf(lost[0].sender) }),
    timestampMs: nowMs,
    login,
    text: wordsFor(lost),
  }))
  return { events, writes: store.keyed(unsaid.map((one) => placeholders.say(one))) }
}

function wordsFor(lost: readonly Placeholder[]): string {
  const span = spanInWords(lost[0]?.sentMs ?? 0, lost.at(-1)?.sentMs ?? 0)
  const what = lost.length === 1 ? 'A message' : `${lost.length} messages`
  return `${what} sent between ${span} could not be decrypted and did not come again. The phone may show more.`
}
