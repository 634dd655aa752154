import { handleAdmission } from './handle-admission.ts'
import { handleChannelChange } from './handle-channel-change.ts'
import { handleMembership } from './handle-membership.ts'
import { handleMessage } from './handle-message.ts'
import { handleReaction } from './handle-reaction.ts'
import { handleRedaction } from './handle-redaction.ts'
import { noteModes } from './note-modes.ts'
import type { ReadLine } from './line-read.ts'

/** Turns a line into what the framework is to store. Called once for each line, in the order of arrival; never waits. */
export function handleLine(read: ReadLine): void {
  const { context, session, line, channels } = read
  if (context.catchUp.take(line, session)) return
  switch (line.command) {
    case 'PRIVMSG':
    case 'NOTICE':
      return handleMessage(read)
    case 'REDACT':
      return handleRedaction(context, session, line)
    case 'TAGMSG':
      return handleReaction(context, session, line)
    case 'JOIN':
    case 'PART':
    case 'QUIT':
    case 'KICK':
    case 'NICK':
      return handleMembership(read)
    case 'RENAME':
    case 'MODE':
    case 'TOPIC':
      return handleChannelChange(read)
    case '324':
      return channels.forEach((channel) => noteModes(context, channel, session))
    case '366':
      return channels.forEach((channel) => context.catchUp.noteNames(channel, session))
    default:
      return handleAdmission(read)
  }
}
