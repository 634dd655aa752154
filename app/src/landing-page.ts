import type { Bridge } from '@pons/core'
import type { Config } from '@pons/homeserver'
import type { Mount } from '@pons/http'

/** Nothing is loaded from elsewhere, and nothing runs. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

/** What a browser shows at the address that the start prints: what this is, and how to go on. */
export function landingMount(
  bridges: readonly Bridge[],
  { server_name: serverName, public_base_url: publicBaseUrl }: Pick<Config, 'server_name' | 'public_base_url'>,
): Mount {
  return {
    path: '/',
    handler: (request, response) => {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return void response.status(405).set('allow', 'GET').end()
      const address = publicBaseUrl ?? `${request.protocol}://${request.headers.host ?? serverName}`
      response
        .set('content-security-policy', contentSecurityPolicy)
        .type('html')
        .send(landingHtml(serverName, bridges, address))
    },
  }
}

function landingHtml(serverName: string, bridges: readonly Bridge[], address: string): string {
  const bots = bridges.map(
    ({ displayName, botUserId }) => `<li>${escaped(displayName)}: <code>${escaped(botUserId)}</code></li>`,
  )
  const chats =
    bots.length === 0
      ? '<p>No bridge is switched on.</p>'
      : `<p>Start a chat with one of the bots, and say <code>help</code>:</p><ul>${bots.join('')}</ul>`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(serverName)}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem }
  code { overflow-wrap: anywhere }
</style>
<h1>${escaped(serverName)}</h1>
<p>This is Pons, a Matrix homeserver with bridges to other networks. It is there and it works; people reach it with a Matrix client.</p>
<ol>
  <li>In any Matrix client, choose “other homeserver” and give it <code>${escaped(address)}</code>.</li>
  <li>Log in with the account that its operator gave you.</li>
</ol>
${chats}
</html>
`
}

function escaped(text: string): string {
  const entities: ReadonlyMap<string, string> = new Map([
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ['"', '&quot;'],
  ])
  return text.replace(/[&<>"]/g, (character) => entities.get(character) ?? character)
}
