import assert from 'node:assert/strict'
import { quietConsole } from '../../../src/protocol/mends/quiet-console.ts'
import { libraryPair } from '../../library-sessions.ts'
import { signalStage, type Encrypted } from '../../signal-stage.ts'

describe('the session of a long conversation', () => {
  before(quietConsole)

  type Scene = Awaited<ReturnType<typeof signalStage>>

  const recordBytes = async ({ values }: Scene): Promise<number> => {
    const rows = [...(await values.list('signal/me/session/'))]
    assert.equal(rows.length, 1)
    return JSON.stringify(rows[0]).length
  }

  /** One says something and the other answers, so that a new chain begins on both sides. */
  const turn = async (scene: Scene, number: number): Promise<void> => {
    assert.equal(await scene.side.decrypt(await scene.encrypt(`said ${number}`)), `said ${number}`)
    const answer: Encrypted = await scene.side.encrypt(`answer ${number}`)
    assert.equal(await scene.read(answer), `answer ${number}`)
  }

  it('does not grow with each turn, and is read as before, after a restart too', async () => {
    await using scene = await signalStage()
    for (let number = 0; number < 30; number++) await turn(scene, number)
    const before = await recordBytes(scene)
    for (let number = 30; number < 90; number++) await turn(scene, number)
    assert.ok((await recordBytes(scene)) < before * 1.1, `${before} bytes became ${await recordBytes(scene)}`)
    await scene.restart()
    await turn(scene, 90)
  })

  it('grows with the library alone', async () => {
    const { account, say, answer } = await libraryPair()
    const bytes = async (): Promise<number> =>
      JSON.stringify(await account.keys.get('session', ['90000000000002_1.0'])).length
    const turns = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn++) {
        await say('said')
        await answer('an answer')
      }
    }
    await turns(30)
    const before = await bytes()
    await turns(60)
    assert.ok((await bytes()) > before * 2, `${before} bytes became ${await bytes()}`)
  })

  it('still reads what was overtaken by a few turns', async () => {
    await using scene = await signalStage()
    for (let number = 0; number < 30; number++) await turn(scene, number)
    const late = await scene.encrypt('overtaken')
    for (let number = 30; number < 35; number++) await turn(scene, number)
    assert.equal(await scene.side.decrypt(late), 'overtaken')
    await turn(scene, 35)
  })
})
