/** Where a medium is: with the right of who asks (since version 1.11), and as it was before, for homeservers that know no other. */
export function mediaPaths(serverName: string, mediaId: string): readonly (readonly string[])[] {
  return [
    ['client', 'v1', 'media', 'download', serverName, mediaId],
    ['media', 'v3', 'download', serverName, mediaId],
  ]
}

/** Does the homeserver not know the endpoint? What it knows, and has nothing at, has another errcode. */
export function isUnknownEndpoint(status: number, errcode: unknown): boolean {
  return (status === 404 || status === 405) && errcode === 'M_UNRECOGNIZED'
}
