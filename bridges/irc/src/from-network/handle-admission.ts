import { nameInWords } from '@pons/core'
import { legible } from '../protocol/decode-line.ts'
import { joinRefusals } from '../refusals.ts'
import { tellOwner } from '../tell-owner.ts'
import type { ReadLine } from './line-read.ts'
import type { ReadingContext } from './reading-context.ts'

/** Who is invited where, and which channels let us in or do not. */
export function handleAdmission(read: ReadLine): void {
  switch (read.line.command) {
    case 'INVITE':
      return handleInvite(read)
    case '470':
      return handleForward(read)
    default:
      if (joinRefusals.has(read.line.command)) handleJoinRefusal(read)
  }
}

function handleInvite({ context, session, line }: ReadLine): void {
  const [invited = '', channel = ''] = line.params
  if (!session.isSelf(invited)) return
  if (context.joins.isWanted(channel)) return context.joins.want(channel)
  const { network } = context
  tellOwner(
    context,
    `${nameInWords(line.nick)} invites you to ${nameInWords(channel)} on ${network.displayName}. Say \`join ${network.name} ${channel}\` to go there.`,
  )
}

// 470 nick #asked #given :Forwarding to another channel
function handleForward({ context, line }: ReadLine): void {
  const [, asked = '', given = ''] = line.params
  context.joins.noteForward(asked, given)
  handleRefused(context, asked, '470', `it leads to ${given}`)
}

function handleJoinRefusal({ context, line }: ReadLine): void {
  handleRefused(context, line.params[1] ?? '', line.command, line.params.at(-1) ?? '')
}

function handleRefused(context: ReadingContext, channel: string, code: string, words: string): void {
  const { network } = context
  if (!context.joins.markRefused(channel, code, words)) return
  // While another connection of ours is in the channel, its room has nothing to miss.
  if (network.observerOf(channel)) return
  const { message } = context.joins.refusalOf(channel) ?? { message: words }
  network.push({
    kind: 'notice',
    chat: network.channelChat(channel),
    id: network.nextLineId(context.connectionNumber),
    timestampMs: network.parts.host.now(),
    ...(context.login && { login: context.login.id }),
    text: legible(`The bridge could not join: ${message}.`),
  })
}
