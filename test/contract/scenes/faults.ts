import assert from 'node:assert/strict'
import type { OptionalFault } from '../../src/loopback/abilities.ts'
import { finalTexts, showing, textsOn } from './said.ts'
import type { Play } from './scene.ts'

interface FaultScene {
  /** What goes wrong, where not every network's protocol has such a thing. */
  readonly fault?: OptionalFault
  readonly play: Play
}

/** What goes wrong, and what must come of it. */
export const faults: Readonly<Record<string, FaultScene>> = {
  'loses nothing when the connection breaks': {
    play: async ({ chat, person, network, fresh }) => {
      const [there, here] = [fresh('there, around a break'), fresh('here, around a break')]
      await chat.say(`${there} #0`)
      await network.faults.disconnect()
      for (const number of [1, 2, 3]) {
        if (network.keepsHistory) await chat.say(`${there} #${number}`)
        await person.say(chat.roomId, `${here} #${number}`)
      }
      await chat.seeing(({ text }) => text === `${here} #3`, 'what was said during the break')
      if (network.keepsHistory) await person.hear(`${there} #3`, chat.roomId)
      const expected = network.keepsHistory ? [0, 1, 2, 3] : [0]
      assert.deepEqual(
        textsOn(person, chat, there),
        expected.map((number) => `${there} #${number}`),
      )
      const seen = chat.seen().filter(({ text }) => text.startsWith(here))
      assert.deepEqual(
        seen.map(({ text }) => text),
        [1, 2, 3].map((number) => `${here} #${number}`),
      )
    },
  },
  'shows a message that comes twice once': fault('duplicateNext', async ({ chat, person, fresh }) => {
    const [twice, after] = [fresh('twice'), fresh('after it')]
    await chat.say(twice)
    await chat.say(after)
    await person.hear(after, chat.roomId)
    assert.deepEqual(textsOn(person, chat, twice), [twice])
  }),
  'finds a message that was not pushed': fault('loseNext', async ({ chat, person, fresh }) => {
    const [missed, after] = [fresh('missed'), fresh('after the gap')]
    await chat.say(missed)
    await chat.say(after)
    await person.hear(after, chat.roomId)
    await person.hear(missed, chat.roomId)
    const bodies = person.events.map(({ content }) => content['body'])
    assert.ok(bodies.indexOf(missed) < bodies.indexOf(after), 'in the order it was said')
  }),
  'shows messages that overtake each other, each once': fault('reorderNext', async ({ chat, person, fresh }) => {
    const [late, early] = [fresh('overtaken'), fresh('in front')]
    await chat.say(late)
    await chat.say(early)
    // What the network's client can only read when it has asked again is shown in the place of what said so.
    for (const text of [late, early]) await showing(person, chat, text)
    for (const text of [late, early]) assert.equal(finalTexts(person, chat, text).length, 1)
  }),
  'shows a message that could not be read at first in its place': fault(
    'corruptNext',
    async ({ chat, person, fresh }) => {
      const [garbled, after] = [fresh('garbled on the way'), fresh('after the garbled one')]
      await chat.say(garbled)
      await chat.say(after)
      await person.hear(after, chat.roomId)
      await showing(person, chat, garbled)
    },
  ),
  'sends nothing twice when an answer is lost': fault('loseNextAnswer', async ({ chat, person, fresh }) => {
    const [first, second] = [fresh('with a lost answer'), fresh('after the lost answer')]
    await person.say(chat.roomId, first)
    await person.say(chat.roomId, second)
    await chat.seeing(({ text }) => text === second, second)
    const texts = chat.seen().map(({ text }) => text)
    assert.deepEqual(
      texts.filter((text) => text === first || text === second),
      [first, second],
    )
  }),
  'goes on after something that makes no sense': {
    play: async ({ chat, person, network, fresh }) => {
      network.faults.malformed()
      const text = fresh('after the nonsense')
      await chat.say(text)
      await person.hear(text, chat.roomId)
    },
  },
  'goes on after a restart': {
    play: async ({ chat, person, stage, fresh }) => {
      await stage.settled()
      await stage.restart()
      const [there, here] = [fresh('there, after the restart'), fresh('here, after the restart')]
      await person.say(chat.roomId, here)
      await chat.seeing(({ text }) => text === here, here)
      await chat.say(there)
      await person.hear(there, chat.roomId)
      assert.deepEqual(textsOn(person, chat, there), [there])
    },
  },
}

/** The network does it wrong, and the scene is about what comes of that. */
function fault(name: OptionalFault, scene: Play): FaultScene {
  const play: Play = async (given) => {
    const cause = given.network.faults[name]
    assert.ok(cause !== undefined, `the side of ${given.network.id} can do that, or says why not`)
    cause()
    await scene(given)
  }
  return { fault: name, play }
}
