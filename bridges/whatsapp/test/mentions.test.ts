import assert from 'node:assert/strict'
import type { MessageIntent } from '@pons/core'
import type { EventId, RoomId, UserId } from '@pons/matrix'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { whatsAppAbilities } from '../src/to-network/handlers.ts'
import { ghostSuffixOf, userOfGhostSuffix, type Jid } from '../src/ids.ts'

describe('mentions on WhatsApp', () => {
  it('of ghosts and of those who are logged in here name their accounts', async () => {
    const host = new RecordingHost({
      userIdOf: (user) => `@whatsapp_${ghostSuffixOf(user)}:test` as UserId,
      remoteUserOf: (userId) => userOfGhostSuffix(/^@whatsapp_(.+):test$/.exec(userId)?.[1] ?? ''),
    })
    const dana = '@dana:test' as UserId
    const jid: Jid = '15550000009@s.whatsapp.net'
    const { handlers } = whatsAppAbilities(
      {
        host,
        config: { max_media_bytes: 1, chats_after_login: 1, history_messages: 1 },
        addressOf: (userId) => (userId === dana ? jid : undefined),
        isSelf: () => false,
      },
      { typing: async () => undefined, receipt: async () => undefined, history: async () => [] },
    )
    const mention = (target: string, text: string) => ({ type: 'mention', target, text }) as const
    const space = { type: 'text', text: ' ' } as const
    const children = [
      mention(dana, 'Dana'),
      space,
      mention('@whatsapp_15550000002:test', 'Ben'),
      space,
      mention('@carl:test', 'Carl'),
    ]
    const intent: MessageIntent = {
      kind: 'message',
      chat: { chat: '1-2@g.us' as never },
      roomId: '!r:test' as RoomId,
      eventId: '$e' as EventId,
      sender: { userId: '@alice:test' as UserId, displayName: 'Alice', viaRelay: false },
      timestampMs: 0,
      document: { kind: 'text', blocks: [{ type: 'paragraph', children }] },
    }
    const [action] = await handlers.message(intent)
    assert.equal(action?.['text'], '@15550000009 @15550000002 Carl')
    assert.deepEqual(action?.['mentions'], [jid, '15550000002@s.whatsapp.net'])
  })
})
