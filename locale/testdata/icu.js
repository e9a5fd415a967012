// Writes icu.json: which plural form ICU chooses for a number, and how it writes one. Run it with Node.js, which has ICU in it:
//
//	node icu.js > icu.json
const languages = 'bg cs da de el en es es-419 fi fr hi hr hu id it ja ko lt nb nl pl pt-BR ro ru sv th tr uk vi zh zh-Hant'.split(' ');
const counts = [];
for (let n = 0; n <= 30; n++) counts.push(n);
for (let n = 100; n <= 130; n++) counts.push(n);
counts.push(1000, 10000);

// lines has a line for each language, with what read finds.
const lines = (read) => languages.map((language) => `    ${JSON.stringify(language)}: ${JSON.stringify(read(language))}`).join(',\n');

const forms = (language) => {
  const [found] = Intl.PluralRules.supportedLocalesOf([language]);
  if (found === undefined) throw new Error('ICU lacks ' + language);
  const rules = new Intl.PluralRules(language);
  const forms = {};
  for (const n of counts) (forms[rules.select(n)] ??= []).push(n);
  return forms;
};
const numbers = (language) => {
  const format = new Intl.NumberFormat(language);
  return Object.fromEntries([0, 100, 999, 1000, 9999, 10000, 123456, 1234567].map((n) => [n, format.format(n)]));
};
console.log(`{
  "source": "ICU ${process.versions.icu}, CLDR ${process.versions.cldr}, by Intl of Node.js ${process.version}",
  "forms": {
${lines(forms)}
  },
  "numbers": {
${lines(numbers)}
  }
}`);
