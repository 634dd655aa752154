import assert from 'node:assert/strict'
import { pino } from 'pino'
import { AccountSlot } from '../../src/login-network/account-slot.ts'

interface Told {
  readonly state: string
  readonly message: string | undefined
}

/** An account of a network that is there as soon as it is dialled, where `failure` does not keep it from that. */
class TestAccount {
  readonly number: number
  readonly failure: Error | undefined
  isStarted = false
  isStopped = false
  readonly life = {
    start: async (): Promise<void> => {
      if (this.failure !== undefined) throw this.failure
      this.isStarted = true
    },
    stop: async (): Promise<void> => {
      this.isStopped = true
    },
  }

  constructor(number: number, failure?: Error) {
    this.number = number
    this.failure = failure
  }
}

describe('the account of a login', () => {
  const stage = () => {
    const told: Told[] = []
    const waiting = Promise.withResolvers<void>()
    const slot = new AccountSlot<TestAccount>({
      networkName: 'Echo',
      logger: pino({ level: 'silent' }),
      tell(state, message) {
        told.push({ state, message })
        waiting.resolve()
      },
    })
    const opened: TestAccount[] = []
    const open = (failure?: Error) => async () => {
      const account = new TestAccount(opened.length + 1, failure)
      opened.push(account)
      return account
    }
    return { slot, told, opened, open, toldOnce: waiting.promise }
  }

  it('is waited for until it is wanted, and is one for all who ask', async () => {
    const { slot, opened, open } = stage()
    const before = slot.account()
    await slot.connect(open())
    await slot.connect(open())
    assert.equal(await before, await slot.account())
    assert.deepEqual(
      opened.map(({ isStarted }) => isStarted),
      [true],
    )
    await slot.disconnect()
    assert.equal(opened[0]?.isStopped, true)
  })

  it('is another one after it was disconnected', async () => {
    const { slot, open } = stage()
    await slot.connect(open())
    await slot.disconnect()
    const later = slot.account()
    await slot.connect(open())
    assert.equal((await later).number, 2)
    await slot.disconnect()
  })

  it('is stopped and made anew after a pause where it cannot start, which is told', async () => {
    const { slot, told, opened, open, toldOnce } = stage()
    let failure: Error | undefined = new Error('no network')
    await slot.connect(async () => await open(failure)())
    await toldOnce
    failure = undefined
    assert.deepEqual(told, [
      { state: 'TRANSIENT_DISCONNECT', message: 'Echo could not be reached; trying again in 2 s' },
    ])
    assert.equal(opened[0]?.isStopped, true)
    const account = await slot.account()
    assert.equal(account.number, 2)
    await slot.disconnect()
    assert.deepEqual([account.isStarted, account.isStopped], [true, true])
  })

  it('is waited for where it could not be made, and tried again after a pause', async () => {
    const { slot, told, open } = stage()
    const failures = [new Error('the store is away')]
    const waiting = slot.account()
    await slot.connect(async () => {
      const failure = failures.pop()
      if (failure !== undefined) throw failure
      return await open()()
    })
    assert.equal(told[0]?.state, 'TRANSIENT_DISCONNECT')
    assert.equal((await waiting).number, 1)
    await slot.disconnect()
  })

  it('is not started where it was disconnected while it was made', async () => {
    const { slot, opened, open } = stage()
    const gate = Promise.withResolvers<void>()
    const connecting = slot.connect(async () => {
      await gate.promise
      return await open()()
    })
    const disconnecting = slot.disconnect()
    gate.resolve()
    await Promise.all([connecting, disconnecting])
    assert.deepEqual(
      opened.map(({ isStarted, isStopped }) => ({ isStarted, isStopped })),
      [{ isStarted: false, isStopped: true }],
    )
  })

  it('is waited for no longer than the signal says', async () => {
    const { slot, open } = stage()
    const wait = new AbortController()
    const asked = assert.rejects(slot.account(wait.signal), /the bridge stopped before Echo was reached/)
    wait.abort()
    await asked
    await assert.rejects(slot.account(wait.signal), /the bridge stopped before Echo was reached/)
    await slot.connect(open())
    assert.equal((await slot.account(wait.signal)).number, 1)
    await slot.disconnect()
  })

  it('keeps nobody waiting where there is none to be had', async () => {
    const { slot } = stage()
    await slot.connect(() => Promise.resolve(undefined))
    await assert.rejects(slot.account(), /the connection to Echo has ended/)
  })
})
