// Writes plurals.json: which plural form ICU chooses for a number. Run it with Node.js, which has ICU in it:
//
//	node plurals.js > plurals.json
const languages = 'bg cs da de el en es es-419 fi fr hi hr hu id it ja ko lt nb nl pl pt-BR ro ru sv th tr uk vi zh zh-Hant'.split(' ');
const numbers = [];
for (let n = 0; n <= 30; n++) numbers.push(n);
for (let n = 100; n <= 130; n++) numbers.push(n);
numbers.push(1000, 10000);

const lines = languages.map((language) => {
  const [found] = Intl.PluralRules.supportedLocalesOf([language]);
  if (found === undefined) throw new Error('ICU lacks ' + language);
  const rules = new Intl.PluralRules(language);
  const forms = {};
  for (const n of numbers) (forms[rules.select(n)] ??= []).push(n);
  return `    ${JSON.stringify(language)}: ${JSON.stringify(forms)}`;
});
console.log(`{
  "source": "ICU ${process.versions.icu}, CLDR ${process.versions.cldr}, by Intl.PluralRules of Node.js ${process.version}",
  "forms": {
${lines.join(',\n')}
  }
}`);
