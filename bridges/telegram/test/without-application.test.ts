import assert from 'node:assert/strict'
import { loginId } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { chatKeyOf } from '../src/ids.ts'
import { createTelegramConnector } from '../src/index.ts'

describe('a Telegram login of an earlier run, whose settings name no application any more', () => {
  it('says so, and keeps nobody waiting for it', async () => {
    const host = new RecordingHost()
    const connector = createTelegramConnector({ chats_after_login: 15, max_media_bytes: 1_000_000 })
    await connector.init(host)
    const [login, owner] = [loginId('7'), '@alice:test' as UserId]
    const client = connector.loadLogin({ id: login, owner, remoteName: 'Ada on Telegram', metadata: {} })
    await client.connect()
    const state = await host.waitForState('UNKNOWN_ERROR')
    assert.deepEqual([state.login, state.name], [login, 'Ada on Telegram'])
    assert.match(state.message ?? '', /api_id and api_hash are not set/)
    await assert.rejects(client.chatSnapshot(chatKeyOf('u8', login)), /the connection to Telegram has ended/)
    await client.disconnect()
  })
})
