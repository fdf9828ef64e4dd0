import { Bxml } from 'bandwidth-sdk';
import assert from 'node:assert/strict';
import test from 'node:test';
import { BxmlError, parseBxml, type Verb } from '../../demo/platform/voice/bxml.js';

const SIP_URI = 'sip:sipx.webrtc.bandwidth.com:5060';
const transfer: Verb = { verb: 'Transfer', token: 'a.b.c' };

function response(verbs: string): string {
  return `<Response>${verbs}</Response>`;
}

function sipUri(uui: string, uri = SIP_URI): string {
  return response(`<Transfer><SipUri uui="${uui}">${uri}</SipUri></Transfer>`);
}

test('verbs are read in order', () => {
  const table: [text: string, verbs: Verb[]][] = [
    [response(''), []],
    ['<Response/>', []],
    ['<?xml version="1.0" encoding="UTF-8"?>\n<Bxml>\n  <Hangup/>\n</Bxml>\n', [{ verb: 'Hangup' }]],
    [sipUri('0a1b;encoding=base64,a.b.c;encoding=jwt'), [transfer]],
    [sipUri('a.b.c;encoding=jwt'), [transfer]],
    [sipUri('a.b.c;encoding=jwt', 'sips:room@a.example;transport=tls'), [transfer]],
    [
      new Bxml.Response([
        new Bxml.SendDtmf('1w#', { toneDuration: 100, toneInterval: 50.5 }),
        new Bxml.Transfer(
          { callTimeout: 5 },
          new Bxml.SipUri(SIP_URI, { uui: 'x;encoding=base64,a.b.c;encoding=jwt' }),
        ),
        new Bxml.SpeakSentence('Café & <b>bar</b> > 1', { voice: 'julie' }),
        new Bxml.Hangup(),
      ]).toBxml(),
      [
        { verb: 'SendDtmf', digits: '1w#', toneDuration: 100, toneInterval: 50.5 },
        transfer,
        { verb: 'SpeakSentence', sentence: 'Café & bar > 1' },
        { verb: 'Hangup' },
      ],
    ],
    [response('<SendDtmf>0</SendDtmf>'), [{ verb: 'SendDtmf', digits: '0', toneDuration: 200, toneInterval: 400 }]],
    [
      response('<!-- a --><SpeakSentence>&#65;&#x42;<![CDATA[ 3 < 4 ]]></SpeakSentence>'),
      [{ verb: 'SpeakSentence', sentence: 'AB 3 < 4' }],
    ],
  ];
  for (const [text, verbs] of table) assert.deepEqual(parseBxml(text), verbs, text);
});

test('what is not BXML, or not supported, is refused by name', () => {
  const deep = (depth: number): string => response(`${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`);
  const table: [text: string, message: RegExp][] = [
    ['', /not XML/],
    ['rubbish', /not XML/],
    ['{"a":1}', /not XML/],
    ['<Response>', /not XML: Unclosed tag/],
    ['<Response><Hangup></Response>', /not XML/],
    ['<Response a=b/>', /not XML/],
    ['<Response/><Response/>', /one root element/],
    ['<!-- a -->', /one root element|not XML/],
    ['<Html/>', /root is <Html>/],
    [response('text'), /<Response> has text/],
    [response('<Gather/>'), /<Gather> is not supported/],
    [response('<hangup/>'), /<hangup> is not supported/],
    [response('<Hangup a="b"/>'), /<Hangup> attribute "a"/],
    [response('<toString/>'), /toString> is not supported/],
    [response('<__proto__/>'), /cannot be read/],
    [response('<Hangup constructor="1"/>'), /cannot be read/],
    [response('<Transfer/>'), /needs one <SipUri>/],
    [response('<Transfer><PhoneNumber>+12025550100</PhoneNumber></Transfer>'), /needs one <SipUri>/],
    [response('<Transfer><SipUri>sip:a</SipUri><SipUri>sip:b</SipUri></Transfer>'), /needs one <SipUri>/],
    [response('<Transfer transferCompleteUrl="http://a"/>'), /<Transfer> attribute "transferCompleteUrl"/],
    [response('<Transfer><SipUri tag="a">sip:a</SipUri></Transfer>'), /<SipUri> attribute "tag"/],
    [response('<Transfer><SipUri>sip:a</SipUri></Transfer>'), /"uui"/],
    [sipUri('a.b.c;encoding=jwt', 'http://a.example'), /not a SIP URI/],
    [sipUri('a.b.c'), /"uui" needs values of the form/],
    [sipUri('a.b.c;encoding=text'), /"uui" needs values of the form/],
    [sipUri('a;encoding=base64'), /"uui" needs one value whose encoding is jwt/],
    [sipUri('a;encoding=jwt,b;encoding=jwt'), /"uui" needs one value whose encoding is jwt/],
    [response('<SendDtmf></SendDtmf>'), /<SendDtmf> needs/],
    [response('<SendDtmf>12x</SendDtmf>'), /<SendDtmf> needs/],
    [response(`<SendDtmf>${'1'.repeat(51)}</SendDtmf>`), /<SendDtmf> needs/],
    [response('<SendDtmf toneDuration="49">1</SendDtmf>'), /"toneDuration" must be 50 to 5000/],
    [response('<SendDtmf toneInterval="1e3">1</SendDtmf>'), /"toneInterval" must be 50 to 5000/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><Response/>', /document type definition/],
    [response('<SpeakSentence>&b;</SpeakSentence>'), /entities/],
    [response('<SpeakSentence>&nbsp;</SpeakSentence>'), /entities/],
    [response(`<SpeakSentence>${'a'.repeat(70_000)}</SpeakSentence>`), /larger than 65536 bytes/],
    [deep(20), /nested/],
    [deep(7000), /nested/],
  ];
  for (const [text, message] of table)
    assert.throws(
      () => parseBxml(text),
      (error: unknown) => error instanceof BxmlError && message.test(error.message),
      `${text.slice(0, 200)} should say ${String(message)}`,
    );
});
