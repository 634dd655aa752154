import assert from 'node:assert/strict'
import { SerialQueue } from '../../src/login-network/serial-queue.ts'

describe('a serial queue', () => {
  const stage = () => {
    const errors: unknown[] = []
    const order: string[] = []
    const queue = new SerialQueue((error) => errors.push(error))
    const [gate, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const first = queue.add(async () => {
      begun.resolve()
      await gate.promise
      order.push('first')
    })
    return { queue, gate, begun, first, errors, order }
  }

  it('begins a job when the one before has ended, well or badly', async () => {
    const { queue, gate, errors, order } = stage()
    const second = queue.add(() => Promise.reject(new Error('no')))
    const third = queue.add(() => Promise.resolve(void order.push('third')))
    assert.equal(queue.isIdle, false)
    gate.resolve()
    await Promise.all([second, third])
    assert.deepEqual(order, ['first', 'third'])
    assert.equal(errors.length, 1)
    assert.equal(queue.isIdle, true)
  })

  it('has room again when jobs have ended', async () => {
    const { queue, gate, order } = stage()
    void queue.add(() => Promise.resolve(void order.push('second')))
    const room = queue.room(1).then(() => order.push('room'))
    gate.resolve()
    await room
    assert.deepEqual(order.slice(0, 2), ['first', 'room'])
  })

  it('begins nothing after it was stopped, and lets nobody wait', async () => {
    const { queue, gate, begun, first, order } = stage()
    await begun.promise
    const second = queue.add(() => Promise.resolve(void order.push('second')))
    const room = queue.room(0)
    const stopped = queue.stop()
    await room
    gate.resolve()
    await Promise.all([first, second, stopped])
    assert.deepEqual(order, ['first'])
  })
})
