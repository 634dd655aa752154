import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, parseConfig, PonsConfig, renderConfig } from '@pons/app'
import { homeserverSettings } from '../src/homeserver-settings.ts'

function problemsOf(text: string, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    parseConfig(text, 'pons.yaml', env)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
}

describe('configuration', () => {
  it('is whole when it is empty', () => {
    const { config } = parseConfig('', 'pons.yaml')
    assert.equal(config.server_name, 'localhost')
    assert.deepEqual(config.listeners, [{ host: '127.0.0.1', port: 8008 }])
    assert.equal(config.bridge.uncertain_messages, 'mark')
    assert.notEqual(config.networks.irc, false)
  })

  it('is what the written example says', () => {
    const example = parseConfig(renderConfig(PonsConfig, {}), 'pons.yaml').config
    assert.deepEqual(example, parseConfig('', 'pons.yaml').config)
  })

  it('reports every mistake together, with its path', () => {
    const problems = problemsOf(`
server_name: 7
listeners: [{ port: 99999, hots: x }]
registration: { open: maybe, shared_secret: short }
bridge: { uncertain_messages: sometimes }
networks: { irc: { networks: { libera: { port: 1 } } } }
colour: blue
`)
    for (const path of [
      'server_name',
      'listeners.0.port',
      'listeners.0.hots',
      'registration.open',
      'registration.shared_secret',
      'bridge.uncertain_messages',
      'networks.irc.networks.libera.address',
      'colour',
    ]) {
      assert.ok(
        problems.some((problem) => problem.startsWith(`${path}: `)),
        `${path} is not among\n${problems.join('\n')}`,
      )
    }
  })

  for (const [name, text, expected] of [
    ['YAML that is none', 'a: [', /flow/i],
    ['a room version that is none', 'default_room_version: 12', /default_room_version: must be one of "1", .* "12"/],
    ['a list in place of a map', '- a\n- b', /must be a map/],
    ['a server name with a path', 'server_name: example.org/matrix', /server_name: is not a host name/],
    ['a database of an unknown kind', 'database: mysql://x', /database: must begin with/],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.match(problemsOf(text).join('\n'), expected)
    })
  }

  it('hands every setting of the homeserver on to it, and its own defaults for the others', () => {
    const settings = homeserverSettings(
      parseConfig(
        'default_room_version: "12"\nmax_request_bytes: 70000\ntrusted_proxies: [10.0.0.1]',
        '/srv/pons.yaml',
      ),
    )
    assert.equal(settings.default_room_version, '12')
    assert.equal(settings.max_request_bytes, 70_000)
    assert.deepEqual(settings.trusted_proxies, ['10.0.0.1'])
    assert.equal(settings.keep_transaction_ids_hours, 720)
    assert.equal('turn' in settings, false)
  })

  it('takes secrets from the environment and from files that it names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pons-config-'))
    try {
      writeFileSync(join(folder, 'secret'), 'a secret of some length\n')
      const env = { PONS_REGISTRATION_SHARED_SECRET_FILE: join(folder, 'secret'), PONS_DATABASE: 'postgres://db/pons' }
      const { config } = parseConfig('registration: { open: true }', 'pons.yaml', env)
      assert.deepEqual(config.registration, { open: true, shared_secret: 'a secret of some length' })
      assert.equal(config.database, 'postgres://db/pons')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('says when such a file cannot be read', () => {
    const [problem] = problemsOf('', { PONS_DATABASE_FILE: '/nowhere/database' })
    assert.match(problem ?? '', /database: PONS_DATABASE_FILE names a file that cannot be read/)
  })
})
