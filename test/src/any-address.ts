import fc from 'fast-check'

const path = fc.string({
  unit: fc.constantFrom(...Array.from("abzé9-_~*().,;:!$&'+=/@%`")),
  maxLength: 16,
})
const schemes = fc.constantFrom('https://', 'http://', 'ftp://', 'ircs://', 'git+ssh://', 'web+ap://')
const hosts = fc.constantFrom('example.org', 'people.example.org', 'bücher.example', 'xn--bcher-kva.example', 'a-b.co')

const urls = fc
  .tuple(schemes, fc.oneof(hosts, fc.constantFrom('localhost:8008', '[::1]', '192.0.2.7')), path)
  .map(([scheme, host, rest]) => `${scheme}${host}/${rest}z`)
const machines = fc.constantFrom(
  '192.0.2.7:8080',
  '[2001:db8::1]:80',
  'localhost:8008',
  'a_b.example.org',
  '_x._tcp.a.org',
)
const bare = fc.tuple(fc.oneof(hosts, machines), path).map(([host, rest]) => `${host}/${rest}z`)
const mails = fc
  .tuple(fc.string({ unit: fc.constantFrom(...Array.from('abz9-_.+~*')), maxLength: 10 }), hosts)
  .map(([local, host]) => `a${local}@${host}`)

const ids = fc
  .tuple(
    fc.constantFrom('@', '#', '!'),
    fc.string({ unit: fc.constantFrom(...Array.from('abz9-_.~*=+#')), maxLength: 10 }),
  )
  .map(([sign, local]) => `${sign}_a${local}:a.org`)

/** URLs of any scheme, hosts with a path, mail addresses, ids of Matrix: with every sign in them that some network reads as a mark. */
export const anyAddress: fc.Arbitrary<string> = fc.oneof(urls, bare, mails, hosts, ids)
