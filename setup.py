"""The package's build: everything it says is read from settings.ini."""
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

here = Path(__file__).parent
parser = ConfigParser(delimiters=['='])
parser.read(here/'settings.ini', encoding='utf-8')
cfg = parser['DEFAULT']

licenses = {'apache2': 'Apache-2.0'}
statuses = ['1 - Planning', '2 - Pre-Alpha', '3 - Alpha', '4 - Beta', '5 - Production/Stable', '6 - Mature', '7 - Inactive']
pythons = ['3.11', '3.12', '3.13']
extras = {k.removesuffix('_requirements'): v.split() for k, v in cfg.items() if k.endswith('_requirements')}

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'],
    long_description=(here/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    url=cfg['git_url'], author=cfg['author'], author_email=cfg['author_email'], license=licenses[cfg['license']], keywords=cfg['keywords'],
    project_urls={'Documentation': cfg['doc_host']+cfg['doc_baseurl']},
    classifiers=[f"Development Status :: {statuses[int(cfg['status'])-1]}", f"Intended Audience :: {cfg['audience']}", f"Natural Language :: {cfg['language']}",
                 'Topic :: Scientific/Engineering :: Artificial Intelligence', *(f'Programming Language :: Python :: {v}' for v in pythons)],
    packages=find_packages(include=['eigenshift', 'eigenshift.*']), include_package_data=True,
    python_requires='>='+cfg['min_python'], install_requires=cfg['requirements'].split(),
    extras_require={**extras, 'all': [r for k in ('tune', 'tasks', 'lora') for r in extras[k]]},
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': [f"{cfg['lib_path']}={cfg['lib_path']}._modidx:d"]},
    zip_safe=False,
)
