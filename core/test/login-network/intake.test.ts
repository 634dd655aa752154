import assert from 'node:assert/strict'
import { pino } from 'pino'
import { Intake } from '../../src/login-network/intake.ts'
import type { Alongside, StoreWrite } from '../../src/network/bridge-host.ts'

const write = (key: string): StoreWrite => ({ key, value: true })

describe('what comes from a network', () => {
  const stage = () => {
    const stored: string[] = []
    const learnt: StoreWrite[] = []
    const failures: Error[] = []
    const tried = Promise.withResolvers<void>()
    const intake = new Intake({
      logger: pino({ level: 'silent' }),
      takeLearnt: () => ({ writes: learnt.splice(0) }),
      async ingest(_events, { writes = [] }: Alongside = {}) {
        const failure = failures.shift()
        if (failure !== undefined) {
          tried.resolve()
          throw failure
        }
        stored.push(writes.map(({ key }) => key).join(' '))
      },
    })
    return { intake, stored, learnt, failures, tried: tried.promise }
  }

  it('is stored in its order, each with what was learnt meanwhile', async () => {
    const { intake, stored, learnt } = stage()
    learnt.push(write('before'))
    const first = intake.take(() => {
      learnt.push(write('meanwhile'))
      return { events: [], writes: [write('first')] }
    })
    const second = intake.take(() => ({ events: [], writes: [write('second')] }))
    assert.deepEqual(await Promise.all([first, second]), [true, true])
    assert.deepEqual(stored, ['first before meanwhile', 'second'])
  })

  it('and cannot be read holds nothing up, and what was learnt by it is kept', async () => {
    const { intake, stored, learnt } = stage()
    const first = intake.take(() => {
      learnt.push(write('learnt'))
      throw new Error('nonsense')
    })
    const second = intake.take(() => ({ events: [], writes: [write('second')] }))
    assert.deepEqual(await Promise.all([first, second]), [false, true])
    assert.deepEqual(stored, ['learnt', 'second'])
  })

  it('is stored once the store is back, and before what is behind it', async () => {
    const { intake, stored, failures } = stage()
    failures.push(new Error('the database is being restarted'))
    const first = intake.take(() => ({ events: [], writes: [write('first')] }))
    const second = intake.take(() => ({ events: [], writes: [write('second')] }))
    assert.deepEqual(await Promise.all([first, second]), [true, true])
    assert.deepEqual(stored, ['first', 'second'])
  })

  it('is not called durable where it was stopped before that', async () => {
    const { intake, stored, failures, tried } = stage()
    failures.push(new Error('the database is away'))
    const first = intake.take(() => ({ events: [], writes: [write('first')] }))
    const second = intake.take(() => ({ events: [], writes: [write('second')] }))
    await tried
    await intake.stop()
    assert.deepEqual(await Promise.all([first, second]), [false, false])
    assert.deepEqual(stored, [])
  })

  it('by a question outside of a job is stored in its turn; of nothing new no row is made', async () => {
    const { intake, stored, learnt } = stage()
    learnt.push(write('answer'))
    intake.keepLearnt()
    intake.keepLearnt()
    assert.equal(await intake.take(() => ({ events: [], writes: [] })), true)
    assert.deepEqual(stored, ['answer'])
  })
})
