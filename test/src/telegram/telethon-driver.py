"""A client of Telegram that is none of ours: Telethon, unpatched. Told by lines of JSON what to do; answers in such lines."""

import asyncio
import json
import sys

import rsa as rsa_numbers
from telethon import TelegramClient, errors, events
from telethon.crypto import rsa
from telethon.network import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.sessions import SQLiteSession

TRANSPORTS = {
    "full": ConnectionTcpFull,
    "intermediate": ConnectionTcpIntermediate,
    "abridged": ConnectionTcpAbridged,
    "obfuscated": ConnectionTcpObfuscated,
}


def say(line):
    print(json.dumps(line), flush=True)


def shown(message):
    forward = message.fwd_from
    return {
        "id": message.id,
        "text": message.message,
        "isOwn": bool(message.out),
        "replyTo": message.reply_to.reply_to_msg_id if message.reply_to else None,
        "forwardedFrom": forward.from_name if forward else None,
        "ttl": message.ttl_period,
    }


class Driver:
    def __init__(self):
        self.client = None

    async def connect(self, host, port, key, transport, session):
        # Whom it trusts and where it connects first is all that differs from how it comes.
        public = rsa_numbers.PublicKey(int(key["n"]), key["e"])
        rsa._server_keys[int(key["fingerprint"])] = (public, False)
        stored = SQLiteSession(session)
        stored.set_dc(2, host, port)
        self.client = TelegramClient(
            stored, 12345, "0123456789abcdef0123456789abcdef", connection=TRANSPORTS[transport], catch_up=True
        )
        self.client.add_event_handler(self.heard, events.NewMessage())
        self.client.add_event_handler(self.edited, events.MessageEdited())
        self.client.add_event_handler(self.deleted, events.MessageDeleted())
        await self.client.connect()
        return await self.client.is_user_authorized()

    async def heard(self, event):
        say({"heard": shown(event.message)})

    async def edited(self, event):
        say({"edited": shown(event.message)})

    async def deleted(self, event):
        say({"deleted": event.deleted_ids})

    async def send_code(self, phone):
        await self.client.send_code_request(phone)

    async def sign_in(self, phone, code, password):
        try:
            await self.client.sign_in(phone, code)
        except errors.SessionPasswordNeededError:
            await self.client.sign_in(password=password)
        return (await self.client.get_me()).first_name

    async def send(self, chat, text, reply_to=None):
        return shown(await self.client.send_message(chat, text, reply_to=reply_to, parse_mode=None))

    async def edit(self, chat, id, text):
        return shown(await self.client.edit_message(chat, id, text, parse_mode=None))

    async def delete(self, chat, id):
        await self.client.delete_messages(chat, [id])

    async def history(self, chat, limit):
        return [shown(message) async for message in self.client.iter_messages(chat, limit=limit)]

    async def dialogs(self):
        return [dialog.name async for dialog in self.client.iter_dialogs()]

    async def disconnect(self):
        await self.client.disconnect()


async def main():
    driver = Driver()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        try:
            say({"answer": await getattr(driver, command["do"])(**command["with"])})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


asyncio.run(main())
