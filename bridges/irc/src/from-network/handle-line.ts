import { handleForward, handleInvite, handleJoinRefusal } from './handle-admission.ts'
import { handleMode, handleRename, handleTopic } from './handle-channel-change.ts'
import { handleJoin, handleKick, handleLeave, handleNick } from './handle-membership.ts'
import { handleByMessageId } from './handle-reaction.ts'
import { handleText } from './handle-message.ts'
import { joinRefusals } from '../refusals.ts'
import type { RemoteLine } from './line-context.ts'

/** Turns a line into what the framework is to store. Called once for each line, in the order of arrival; never waits. */
export function handleRemote(remote: RemoteLine): void {
  const { context, session, line, channels } = remote
  if (context.catchUp.take(line, session)) return
  switch (line.command) {
    case 'PRIVMSG':
    case 'NOTICE':
      return handleText(remote)
    case 'REDACT':
    case 'TAGMSG':
      return handleByMessageId(context, session, line)
    case 'JOIN':
      return handleJoin(remote)
    case 'PART':
    case 'QUIT':
      return handleLeave(remote)
    case 'KICK':
      return handleKick(remote)
    case 'RENAME':
      return handleRename(remote)
    case 'NICK':
      return handleNick(remote)
    case 'MODE':
      return handleMode(remote)
    case 'TOPIC':
      return handleTopic(remote)
    case '324':
      return channels.forEach((channel) => context.catchUp.noteModes(channel, session))
    case '366':
      return channels.forEach((channel) => context.catchUp.noteNames(channel, session))
    case 'INVITE':
      return handleInvite(remote)
    case '470':
      return handleForward(remote)
    default:
      if (joinRefusals.has(line.command)) handleJoinRefusal(remote)
  }
}
