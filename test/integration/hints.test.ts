// Every command that the words of the bridges name is there.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import type { NetworkConnector } from '@pons/core'
import { createIrcConnector } from '../../bridges/irc/src/index.ts'
import { createTelegramConnector } from '../../bridges/telegram/src/index.ts'
import { createWhatsAppConnector, type WhatsAppConfig } from '../../bridges/whatsapp/src/index.ts'
import { parseConfig } from '../../app/src/config/load-config.ts'
import { commandNames } from '../../core/src/commands/all-commands.ts'

interface Hint {
  readonly file: string
  readonly words: string
}

/** Of settings, other places and the network's own forms; all else between backticks is something to type. */
const noHints = [/\/config\.ts$/, /\/settings\.ts$/, /\/to-whatsapp\.ts$/, /\/nick-choice\.ts$/]

const inQuotes = /'(?:[^'\\\n]|\\.)*'/g
const inTemplate = /\\`([^`\\]+)\\`/g

/** Without its comments. */
function sourceOf(file: string): string {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  return source.replace(/^\s*(\/\/|\/?\*).*$/gm, '').replace(/ \/\/ .*$/gm, '')
}

function hintsIn(pattern: string): Hint[] {
  return globSync(pattern, { cwd: new URL('../..', import.meta.url) }).flatMap((file) => {
    if (noHints.some((other) => other.test(file))) return []
    const source = sourceOf(file)
    const quoted = [...source.matchAll(inQuotes)].flatMap(([text]) => [...text.matchAll(/`([^`]+)`/g)])
    return [...quoted, ...source.matchAll(inTemplate)].map(([, words = '']) => ({ file, words }))
  })
}

/** What is put in when it is said: an id, what somebody typed, or the prefix and then a command. */
const isFilledIn = ({ words }: Hint): boolean => /^(\$\{[^}]*\})+-?$/.test(words)

const { networks } = parseConfig('server_name: here.test\n', 'pons.yaml').config
const connectors: Record<string, () => NetworkConnector> = {
  irc: () => createIrcConnector(networks.irc || assert.fail()),
  telegram: () => createTelegramConnector(networks.telegram || assert.fail()),
  whatsapp: () => createWhatsAppConnector(networks.whatsapp as WhatsAppConfig),
}

const sayWithout = /\b[Ss]ay: [a-z]/

describe('commands that are named in words for people exist', () => {
  it('those of the framework', () => {
    const hints = hintsIn('core/src/**/*.ts').filter((hint) => !isFilledIn(hint))
    assert.ok(hints.length >= 5, `${hints.length} hints`)
    for (const { file, words } of hints) {
      const first = words.replace(/^\$\{\w+\} /, '').split(' ')[0] ?? ''
      assert.ok(commandNames.has(first) || first === '-', `${file} names ${words}`)
    }
  })

  it('and stand between backticks', () => {
    for (const pattern of ['core/src/**/*.ts', 'bridges/*/src/**/*.ts']) {
      for (const file of globSync(pattern, { cwd: new URL('../..', import.meta.url) })) {
        if (noHints.some((other) => other.test(file))) continue
        assert.doesNotMatch(sourceOf(file), sayWithout, file)
      }
    }
  })

  for (const [network, connect] of Object.entries(connectors)) {
    it(`those of ${network}, and the ways to log in`, () => {
      const { handlers, loginFlows } = connect()
      const ofNetwork = (handlers.commands ?? []).flatMap(({ name, aliases = [] }) => [name, ...aliases])
      const hints = hintsIn(`bridges/${network}/src/**/*.ts`).filter((hint) => !isFilledIn(hint))
      assert.ok(hints.length >= 2, `${hints.length} hints`)
      for (const { file, words } of hints) {
        const [first = '', second] = words.split(' ')
        assert.ok(commandNames.has(first) || ofNetwork.includes(first), `${file} names ${words}`)
        if (first !== 'login' || second === undefined || second.startsWith('$')) continue
        assert.ok(
          loginFlows.some(({ id }) => id === second),
          `${file} names ${words}`,
        )
      }
    })
  }
})
