import { RpcError } from '../rpc-error.ts'
import { intOf, objectOf, type TlObject } from '../tl/tl-value.ts'
import type { Channel, LogEntry, Person } from '../world/entities.ts'
import { entitiesOf, messageOf, peerOf } from '../world/render.ts'
import { marksOf } from '../world/world.ts'
import { channelNamed, type OwnContext, type OwnMethod } from './method.ts'

/** core.telegram.org/api/updates: what an account missed. */
export const updateMethods: Readonly<Record<string, OwnMethod>> = {
  'updates.getState': (_call, { me, world }) => stateOf(me, world.now()),

  'updates.getDifference'(call, context) {
    const { me, world, faults } = context
    const missed = me.box.log.filter(({ pts }) => pts > intOf(call, 'pts'))
    const changed = changedChannels(context, intOf(call, 'date'))
    if (missed.length === 0 && changed.length === 0) return { _: 'updates.differenceEmpty', date: world.now(), seq: 0 }
    if (missed.length > faults.tooLongAfter) return { _: 'updates.differenceTooLong', pts: me.box.pts }
    const state = stateOf(me, world.now())
    const slice = missed.slice(0, faults.differenceLimit)
    const parts = { ...partsOf(slice, context, changed), new_encrypted_messages: [] }
    if (slice.length === missed.length) return { _: 'updates.difference', ...parts, state }
    const reached = { ...state, pts: slice.at(-1)?.pts ?? me.box.pts }
    return { _: 'updates.differenceSlice', ...parts, intermediate_state: reached }
  },

  'updates.getChannelDifference'(call, context) {
    const { me, world, faults } = context
    const channel = channelNamed(objectOf(call, 'channel'), context)
    const missed = channel.box.log.filter(({ pts }) => pts > intOf(call, 'pts'))
    if (missed.length === 0)
      return { _: 'updates.channelDifferenceEmpty', final: true, pts: channel.box.pts, timeout: 30 }
    if (missed.length > faults.tooLongAfter) {
      const newest = [...channel.box.posts.values()]
        .filter(({ isDeleted }) => !isDeleted)
        .slice(-3)
        .reverse()
      return {
        _: 'updates.channelDifferenceTooLong',
        final: true,
        timeout: 30,
        dialog: {
          _: 'dialog',
          peer: peerOf(channel),
          top_message: newest[0]?.numbers.get(channel.box) ?? 0,
          read_inbox_max_id: marksOf(me, channel).inbox,
          read_outbox_max_id: marksOf(me, channel).outbox,
          unread_count: 0,
          unread_mentions_count: 0,
          unread_reactions_count: 0,
          notify_settings: { _: 'peerNotifySettings' },
          pts: channel.box.pts,
        },
        messages: newest.map((post) => messageOf(post, channel.box, me)),
        ...entitiesOf([channel, ...newest.map(({ author }) => author)], me, world.now()),
      }
    }
    const limit = Math.min(intOf(call, 'limit'), faults.differenceLimit)
    if (limit <= 0) throw new RpcError(400, 'LIMIT_INVALID')
    const slice = missed.slice(0, limit)
    const pts = slice.at(-1)?.pts ?? channel.box.pts
    return {
      _: 'updates.channelDifference',
      final: slice.length === missed.length,
      pts,
      timeout: 30,
      ...partsOf(slice, context),
    }
  },
}

/** What happens in channels is asked of each; that something has happened there stands among what the account missed. */
function changedChannels({ me, world }: OwnContext, since: number): Channel[] {
  return [...world.channels.values()].filter(
    ({ members, box }) => members.has(me.id) && (box.log.at(-1)?.date ?? 0) >= since,
  )
}

function stateOf({ box }: Person, now: number): TlObject {
  return { _: 'updates.state', pts: box.pts, qts: 0, date: now, seq: 0, unread_count: 0 }
}

/** Messages of the log are rendered as nobody in particular: whose they are is filled in for who asks. */
function partsOf(
  slice: readonly LogEntry[],
  { me, world }: OwnContext,
  changed: readonly Channel[] = [],
): { new_messages: TlObject[]; other_updates: TlObject[] } {
  const mine = (message: TlObject): TlObject => {
    const from = message['from_id'] as TlObject | undefined
    const isOwn = message['post'] !== true && from?._ === 'peerUser' && from['user_id'] === me.id
    return isOwn ? { ...message, out: true } : message
  }
  return {
    new_messages: slice.flatMap(({ message }) => (message === undefined ? [] : [mine(message)])),
    other_updates: [
      ...slice.flatMap(({ update, sent }) => {
        if (sent?.by === me.id) return [{ _: 'updateMessageID', id: sent.id, random_id: sent.randomId }]
        if (update === undefined) return []
        const message = update['message'] as TlObject | undefined
        return [message === undefined ? update : { ...update, message: mine(message) }]
      }),
      ...changed.map(({ id, box }) => ({ _: 'updateChannelTooLong', channel_id: id, pts: box.pts })),
    ],
    ...entitiesOf([...slice.flatMap(({ about }) => about), ...changed], me, world.now()),
  }
}
