import { inParallel, type BenchClient } from '../client.ts'
import type { Target } from '../target.ts'

export const ghostId = (target: Target, name: string): string => `@bench_${name}:${target.serverName}`

export async function registerGhost(client: BenchClient, target: Target, name: string): Promise<void> {
  await client.call('POST', 'register', {
    token: target.registration.as_token,
    body: { type: 'm.login.application_service', username: `bench_${name}`, inhibit_login: true },
  })
}

export async function createRoom(client: BenchClient, target: Target): Promise<string> {
  const answer = await client.call('POST', 'createRoom', {
    token: target.registration.as_token,
    body: { preset: 'public_chat' },
  })
  return answer['room_id'] as string
}

export async function join(client: BenchClient, target: Target, roomId: string, ghost: string): Promise<void> {
  const path = `rooms/${encodeURIComponent(roomId)}/join`
  await client.call('POST', path, { token: target.registration.as_token, actAs: ghost, body: {} })
}

export async function registerGhosts(client: BenchClient, target: Target, names: readonly string[]): Promise<void> {
  await inParallel(names.length, 32, (index) => registerGhost(client, target, names[index] ?? ''))
}

/** A ghost with a session of its own: its access token. */
export async function loggedInGhost(client: BenchClient, target: Target, name: string): Promise<string> {
  const answer = await client.call('POST', 'register', {
    token: target.registration.as_token,
    body: { type: 'm.login.application_service', username: `bench_${name}` },
  })
  return answer['access_token'] as string
}
