import assert from 'node:assert/strict'
import { proto, type SignalDataSet } from '@whiskeysockets/baileys'
import { AuthState } from '../../src/protocol/auth-state.ts'
import { storedValues } from '../stored.ts'

describe('the keys of a WhatsApp login, in SQLite', () => {
  const pair = (fill: number) => ({ public: Buffer.alloc(32, fill), private: Buffer.alloc(32, fill + 1) })

  it('come back after a restart as they were', async () => {
    await using values = await storedValues()
    const auth = new AuthState(values.store, '1')
    auth.creds.me = { id: '15550000001:1@s.whatsapp.net', lid: '90000000000001:1@lid', name: 'Owner' }
    await auth.save()
    await auth.keys.set({
      session: { '90000000000002_1.0': Buffer.from('a session') },
      'sender-key': { 'group::author': Buffer.from('[]') },
      'lid-mapping': { '15550000002': '90000000000002' },
      'device-list': { '15550000002': ['0', '1'] },
    })
    const after = await AuthState.load(await values.reopen(), '1')
    const present = Object.entries(auth.creds).filter(([, value]) => value !== undefined)
    assert.deepEqual(after?.creds, Object.fromEntries(present))
    assert.deepEqual(await after?.keys.get('session', ['90000000000002_1.0', 'nobody']), {
      '90000000000002_1.0': Buffer.from('a session'),
    })
    assert.deepEqual(await after?.keys.get('device-list', ['15550000002']), { '15550000002': ['0', '1'] })
  })

  it('are nobody’s where nobody is logged in, and one login’s only', async () => {
    await using values = await storedValues()
    assert.equal(await AuthState.load(values.store, '1'), undefined)
    const [one, other] = [new AuthState(values.store, '1'), new AuthState(values.store, '11')]
    await one.keys.set({ 'pre-key': { '1': pair(1) } })
    assert.deepEqual(await other.keys.get('pre-key', ['1']), {})
  })

  it('go when they are used up', async () => {
    await using values = await storedValues()
    const auth = new AuthState(values.store, '1')
    await auth.keys.set({ 'pre-key': { '1': pair(1), '2': pair(3) } })
    await auth.keys.set({ 'pre-key': { '1': null } } as SignalDataSet)
    assert.deepEqual(Object.keys(await auth.keys.get('pre-key', ['1', '2'])), ['2'])
  })

  it('are stored all at once, or not at all', async () => {
    await using values = await storedValues()
    const writes: number[] = []
    const store = values.store
    const counting = {
      get: (key: string) => store.get(key),
      getMany: (keys: readonly string[]) => store.getMany(keys),
      write: async (given: Parameters<typeof store.write>[0]) => {
        writes.push(given.length)
        await store.write(given)
      },
    }
    const auth = new AuthState(counting, '1')
    await auth.keys.set({ session: { a: Buffer.from('1'), b: Buffer.from('2') }, 'lid-mapping': { c: '3' } })
    assert.deepEqual(writes, [3])
  })

  it('give an app-state key back as the library’s own object: a plain one fails without a word', async () => {
    await using values = await storedValues()
    const auth = new AuthState(values.store, '1')
    const key = proto.Message.AppStateSyncKeyData.fromObject({ keyData: Buffer.alloc(32, 7), timestamp: 5 })
    await auth.keys.set({ 'app-state-sync-key': { AAAA: key } })
    const back = (await auth.keys.get('app-state-sync-key', ['AAAA']))['AAAA']
    assert.ok(back instanceof proto.Message.AppStateSyncKeyData)
    assert.deepEqual(Buffer.from(back.keyData ?? []), Buffer.alloc(32, 7))
  })

  it('count prekeys where they are stored: no id is given out twice, whenever the process dies', async () => {
    await using values = await storedValues()
    const auth = new AuthState(values.store, '1')
    await auth.save()
    await auth.keys.set({ 'pre-key': { '1': pair(1), '2': pair(2), '3': pair(3) } })
    // The library's word that its counter has moved was never stored.
    const after = await AuthState.load(await values.reopen(), '1')
    assert.equal(after?.creds.nextPreKeyId, 4)
  })
})
