import { once } from 'node:events'
import type { Bridge } from '@pons/core'
import type { Logger } from 'pino'
import { abortedBy } from './aborted-by.ts'
import { loadConfig, type HomeserverChoice, type LoadedConfig } from './config/load-config.ts'
import { giveBackMemory } from './give-back-memory.ts'
import { createLogger } from './logger.ts'
import type { FirstAccount } from './first-start.ts'

export interface StartOptions {
  readonly configFile: string
  readonly logLevel?: string
}

/** Runs the homeserver, or what the configuration has instead, with the bridges until SIGINT or SIGTERM; returns the exit code. */
export async function start({ configFile, logLevel }: StartOptions): Promise<number> {
  const { writeFirstConfig } = await import('./first-start.ts')
  const isNew = writeFirstConfig(configFile)
  const loaded = loadConfig(configFile)
  if (loaded.config.homeserver !== undefined) return await untilStopped(loaded, logLevel, startBridges)
  return await untilStopped(loaded, logLevel, (parts) => startPons({ ...parts, isNew }))
}

/** Runs the bridges on another homeserver until SIGINT or SIGTERM; returns the exit code. */
export async function bridge({
  configFile,
  logLevel,
  homeserver,
}: StartOptions & { readonly homeserver: Partial<HomeserverChoice> }): Promise<number> {
  const { writeConfigFor } = await import('./registration.ts')
  writeConfigFor(configFile, homeserver)
  return await untilStopped(loadConfig(configFile, process.env, homeserver), logLevel, startBridges)
}

interface Starting {
  readonly loaded: LoadedConfig
  readonly logger: Logger
  readonly signal: AbortSignal
}

interface Started {
  readonly running: AsyncDisposable
  readonly welcome: string
}

async function untilStopped(
  loaded: LoadedConfig,
  logLevel: string | undefined,
  run: (parts: Starting) => Promise<Started>,
): Promise<number> {
  const { log } = loaded.config
  const logger = createLogger({
    level: logLevel ?? log.level,
    ...(log.file !== undefined && { file: loaded.besideFile(log.file) }),
  })
  const stopping = abortedBy('SIGINT', 'SIGTERM')
  try {
    const { running, welcome } = await run({ loaded, logger, signal: stopping })
    await using _running = running
    giveBackMemory()
    console.log(welcome)
    // A server without listeners and without connections has nothing else that keeps the process alive.
    const alive = setInterval(() => undefined, 2 ** 30)
    if (!stopping.aborted) await once(stopping, 'abort')
    clearInterval(alive)
    console.log('Stopping.')
  } catch (error) {
    // While it waited for something that is not there yet.
    if (!(stopping.aborted && error instanceof Error && error.name === 'AbortError')) throw error
  }
  return 0
}

async function startPons({ loaded, logger, isNew }: Starting & { readonly isNew: boolean }): Promise<Started> {
  // Loaded here: bridges on another homeserver do without.
  const { runPons } = await import('./run-pons.ts')
  const { makeFirstAccount } = await import('./first-start.ts')
  const pons = await runPons({ loaded, logger })
  const account = await makeFirstAccount(pons.homeserver, pons.serverName)
  return { running: pons, welcome: welcome(pons, { configFile: loaded.file, isNew, account }) }
}

async function startBridges(parts: Starting): Promise<Started> {
  const { runBridges } = await import('./run-bridges.ts')
  const running = await runBridges(parts)
  const { homeserver, url, bridges } = running
  const lines = [`The bridges are running on ${homeserver.domain}, which pushes to ${url}.`, ...wordsFor(bridges)]
  return { running, welcome: [...lines, '', '  Ctrl-C stops.'].join('\n') }
}

/** What to say to each bot first. */
const firstWords: Readonly<Record<string, (bot: string) => string[]>> = {
  irc: (bot) => [
    `  To join an IRC channel, start a chat with ${bot} and say:`,
    '      add-network libera irc.libera.chat',
    '      join libera #channel',
  ],
  telegram: (bot) => [`  To bridge your Telegram chats, start a chat with ${bot} and say:`, '      login'],
  whatsapp: (bot) => [`  To bridge your WhatsApp chats, start a chat with ${bot} and say:`, '      login'],
}

function welcome(
  { urls, serverName, bridges }: { urls: readonly string[]; serverName: string; bridges: readonly Bridge[] },
  first: { configFile: string; isNew: boolean; account: FirstAccount | undefined },
): string {
  const lines = [`Pons is running for ${serverName}.`, '']
  if (first.isNew) lines.push(`  Its configuration was written to ${first.configFile}`, '')
  lines.push(`  Point a Matrix client at  ${urls.join(' or ')}`)
  if (first.account !== undefined) {
    lines.push(`  and log in as             ${first.account.userId}`)
    lines.push(`  with the password         ${first.account.password}   (shown this once)`)
  }
  lines.push(...wordsFor(bridges), '', '  More accounts: npm run pons -- register NAME. Ctrl-C stops.')
  return lines.join('\n')
}

function wordsFor(bridges: readonly Bridge[]): string[] {
  return bridges.flatMap(({ botUserId, network }) => ['', ...(firstWords[network]?.(botUserId) ?? [])])
}
